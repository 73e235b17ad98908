/** Files and folders whose prose is not checked. At most twenty. */
export const exceptions: readonly string[] = [
  // Quotes the API server.
  'src/crds/objectMeta.ts',
];

/** False for a file in the exceptions. */
export const isChecked = ({ path }: { readonly path: string }): boolean =>
  !exceptions.some((exception) => path === exception || path.startsWith(`${exception}/`));
