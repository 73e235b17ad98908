import { apiVersion, kind } from '../../src/crds/trustedAccess.ts';
import { readTrustedAccess } from '../../src/crds/validate.ts';
import { collectionPath } from '../../src/kubernetes/store.ts';
import type { Random } from '../../src/time/clock.ts';
import type { ApiServer, Json } from './apiServer.ts';
import { members } from './simulatedAws.ts';

export const sso = 'sso.amazonaws.com';
/** A service that takes several administrators. */
export const config = 'config.amazonaws.com';

export const pathOf = (name: string): string => `${collectionPath}/${name}`;

/** What the API server stores of a spec that somebody applied: with its defaults. */
function specOf(name: string, spec: Json): Json {
  const read = readTrustedAccess({ apiVersion, kind, metadata: { name, uid: 'u' }, spec });
  if (read?.kind !== 'Valid')
    throw new Error(`the simulation declares what is not valid: ${JSON.stringify(spec)}`);
  return JSON.parse(JSON.stringify(read.resource.spec));
}

/** As kubectl apply. What the manifest no longer says is removed. */
export function declare(server: ApiServer, name: string, spec: Json): void {
  const path = pathOf(name);
  const wanted = specOf(name, spec);
  if (!server.get(path)) {
    server.create(collectionPath, { apiVersion, kind, metadata: { name }, spec: wanted });
    return;
  }
  server.update(path, (copy) => {
    if (JSON.stringify(copy['spec']) === JSON.stringify(wanted)) return;
    copy['spec'] = wanted;
    copy.metadata['generation'] = Number(copy.metadata['generation']) + 1;
  });
}

/** As `kubectl annotate`, or Flux when somebody asks it to reconcile. */
export function ask(server: ApiServer, name: string, token: string): void {
  if (!server.get(pathOf(name))) return;
  server.update(pathOf(name), ({ metadata }) => {
    metadata['annotations'] = { 'reconcile.fluxcd.io/requestedAt': token };
  });
}

const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;

/** A declaration for the principal, out of all that people declare. */
export function declaration(random: Random, servicePrincipal: string): Json {
  const several = servicePrincipal === config;
  const one = () => pick(random, members);
  const common: Json = {
    servicePrincipal,
    interval: pick(random, ['5m', '20m']),
    ...(random() < 0.1 && { driftPolicy: 'Observe' }),
    ...(random() < 0.05 && { suspend: true }),
  };
  const confirmed = { confirmation: 'disable', whileInUse: random() < 0.5 ? 'Refuse' : 'Allow' };
  const revoke = random() < 0.3 ? { deletionPolicy: 'Revoke', disable: confirmed } : {};
  const chance = random();
  if (chance < 0.55) {
    const accounts = several && random() < 0.5 ? [...new Set([one(), one()])] : [one()];
    return { ...common, ...revoke, delegatedAdministrators: accounts };
  }
  if (chance < 0.7) return { ...common, ...revoke, delegatedAdministrators: [] };
  if (chance < 0.8) return { ...common, ...revoke };
  const disabled = { ...common, ...revoke, access: 'Disabled', disable: confirmed };
  return random() < 0.8 ? { ...disabled, delegatedAdministrators: [] } : disabled;
}
