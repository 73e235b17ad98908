/** A file as the build puts it into the bundle: its text, of a TypeScript file the script for browsers. */
declare module '*?text' {
  const text: string;
  // biome-ignore lint/style/noDefaultExport: the bundler gives a text as the default.
  export default text;
}
