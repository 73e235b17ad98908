/** Files and folders whose prose is not checked. At most twenty. */
export const exceptions: readonly string[] = [
  // Quotes the API server.
  'src/crds/objectMeta.ts',
  'SECURITY.md',
  'docs/events.md',
  'docs/permissions.md',
  'docs/reliability.md',
  'test/controller',
  'test/deploy/approval.test.ts',
  'test/deploy/attacker.test.ts',
  'test/events',
  'test/infrastructure',
  'test/model/seeded.test.ts',
];

/** False for a file in the exceptions. */
export const isChecked = ({ path }: { readonly path: string }): boolean =>
  !exceptions.some((exception) => path === exception || path.startsWith(`${exception}/`));
