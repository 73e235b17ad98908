import manifest from '../../package.json' with { type: 'json' };

export const version: string = manifest.version;
/** The product itself, where no operator speaks. */
export const userAgent = { name: manifest.name, version };

/**
 * What CloudTrail shows of an operator's calls. Operators that share a role are told apart by cluster name and instance:
 * what the one writes is drift to the other.
 *
 * @param instance fresh at each start, without dots
 */
export function userAgentOf(
  clusterName: string,
  instance: string,
): { readonly name: string; readonly version: string } {
  return { name: manifest.name, version: `${version}+${clusterName}.${instance}` };
}

/**
 * Reads the instance out of a user agent that `userAgentOf` made for this cluster name, in whichever release: an upgrade is
 * followed by its predecessor's events. Undefined for the user agent of another program or cluster name.
 */
export function instanceReader(clusterName: string): (userAgent: string) => string | undefined {
  const ending = `+${clusterName}`;
  return (userAgent) => {
    for (const product of userAgent.split(/[\s[\]]+/)) {
      const dot = product.lastIndexOf('.');
      const [operator, instance] = [product.slice(0, dot), product.slice(dot + 1)];
      if (operator.startsWith(`${manifest.name}/`) && operator.endsWith(ending)) return instance;
    }
    return undefined;
  };
}
