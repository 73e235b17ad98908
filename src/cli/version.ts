import manifest from '../../package.json' with { type: 'json' };

export const version: string = manifest.version;
/** The product itself, where no operator speaks. */
export const userAgent = { name: manifest.name, version };

/** Operators that share a role are told apart by the cluster in it: what the one writes is drift to the other. */
export function userAgentOf(clusterName: string): { readonly name: string; readonly version: string } {
  return { name: manifest.name, version: `${version}+${clusterName}` };
}

/** Whether a call's user agent is one of `userAgentOf`, of whichever release: an upgrade is followed by its predecessor's events. */
export function isUserAgentOf(clusterName: string): (userAgent: string) => boolean {
  return (userAgent) =>
    userAgent
      .split(/[\s[\]]+/)
      .some((product) => product.startsWith(`${manifest.name}/`) && product.endsWith(`+${clusterName}`));
}
