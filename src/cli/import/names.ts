/** Longest name of a resource that is also fine as the value of a label. */
const longest = 63;

/**
 * Names of resources, derived from their principals: `sso.amazonaws.com` is `sso`, and
 * `member.org.stacksets.cloudformation.amazonaws.com` is `member-org-stacksets-cloudformation`. No two are alike,
 * and the same principals always get the same names.
 */
export function resourceNames(principals: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Set<string>();
  const names = new Map<string, string>();
  for (const principal of [...principals].sort()) {
    const base = baseName(principal);
    let name = base;
    for (let count = 2; taken.has(name); count += 1) {
      const suffix = `-${count}`;
      name = `${base.slice(0, longest - suffix.length)}${suffix}`;
    }
    taken.add(name);
    names.set(principal, name);
  }
  return names;
}

function baseName(principal: string): string {
  const host = principal.toLowerCase().replace(/\.amazonaws\.com(\.[a-z]+)?$/, '');
  const name = host
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, longest)
    .replace(/^-+|-+$/g, '');
  return name === '' ? 'service' : name;
}
