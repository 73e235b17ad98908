/** Files and folders whose prose is not checked. At most twenty. */
export const exceptions: readonly string[] = ['README.md', 'SECURITY.md', 'docs', 'sandbox', 'src', 'test'];

/** False for a file in the exceptions. */
export const isChecked = ({ path }: { readonly path: string }): boolean =>
  !exceptions.some((exception) => path === exception || path.startsWith(`${exception}/`));
