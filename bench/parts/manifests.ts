/** TrustedAccess resources by the hundred, spread over the organizations. */
import { principals } from './principals.ts';

export interface Declared {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: Readonly<Record<string, unknown>>;
}

/** Each organization gets the same principals, the first `count / roles` of them. */
export function declare(
  count: number,
  roles: readonly string[],
  spec: Readonly<Record<string, unknown>> = {},
): readonly Declared[] {
  const each = Math.ceil(count / roles.length);
  const services = principals(each);
  return Array.from({ length: count }, (_, index) => ({
    apiVersion: 'trustedaccess.dev/v1alpha1',
    kind: 'TrustedAccess',
    metadata: { name: `bench-${String(index).padStart(5, '0')}` },
    spec: {
      servicePrincipal: services[Math.floor(index / roles.length)],
      organization: { roleArn: roles[index % roles.length] },
      ...spec,
    },
  }));
}
