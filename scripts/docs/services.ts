import { services } from '../../src/crds/services.ts';
import { table } from './region.ts';

const enabling = { Recommended: 'its own console should', Only: 'its own console alone can' } as const;

/** The catalogue of services. */
export function servicesTable(): string {
  const rows = services.map(
    ({ principal, title, maximumAdministrators, enableFromService, deregistering }) => [
      `\`${principal}\``,
      title,
      maximumAdministrators === undefined ? 'AWS decides' : String(maximumAdministrators),
      enableFromService === undefined ? 'either way' : enabling[enableFromService],
      deregistering ?? '',
    ],
  );
  return table(
    [
      'principal',
      'service',
      'administrators at most',
      'who enables access',
      'deregistering, which needs a confirmation',
    ],
    rows,
  );
}
