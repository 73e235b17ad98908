import { type Environment, namesProxy, proxiesOf } from '../../../aws/proxies.ts';
import type { Check } from '../check.ts';
import { endpointsOf } from '../endpoints.ts';
import { fail, ok, wordsOf } from '../finding.ts';

/** Which proxy each endpoint takes. Nothing where no variable names a proxy. */
export function proxyChecks(environment: Environment): readonly Check[] {
  if (!namesProxy(environment)) return [];
  return [
    {
      name: 'proxy',
      title: 'proxy',
      group: 'AWS',
      needs: [],
      async run({ aws, options, signal }) {
        try {
          const proxyFor = proxiesOf(environment);
          const ways = new Map<string, Set<string>>();
          for (const destination of await endpointsOf(aws.ownSettings, options.eventQueue, signal)) {
            const proxy = proxyFor?.(destination);
            const way = proxy === undefined ? 'directly' : `through ${proxy.shown} (${proxy.variable})`;
            ways.set(way, (ways.get(way) ?? new Set()).add(destination.hostname));
          }
          return ok([...ways].map(([way, hosts]) => `${way}: ${[...hosts].join(', ')}`).join('; '));
        } catch (error) {
          return fail(wordsOf(error), 'correct the variable, here and for run');
        }
      },
    },
  ];
}
