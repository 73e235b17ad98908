import type { IncomingHttpHeaders } from 'node:http';
import type { Members, Service } from '../service.ts';
import type { World } from '../world.ts';
import { Unreadable } from './answers.ts';
import { readJson } from './json.ts';
import { readForm } from './query.ts';
import type { SignedRequest } from './signature.ts';

export interface Routed {
  readonly service: Service;
  readonly operation: string;
  readonly input: Members;
}

interface Sent {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/**
 * Which service and operation is meant: by X-Amz-Target, by the path, or by the form's Action and the service it was
 * signed for.
 */
export function route(
  world: World,
  { path, headers, body }: Sent,
  signature: SignedRequest | undefined,
): Routed {
  const target = headers['x-amz-target'];
  if (typeof target === 'string') return routeJson(world, target, body);
  const signedFor = signature && world.services.get(signature.service);
  return signedFor?.protocol.kind === 'rest'
    ? routePath(signedFor, path, body)
    : routeQuery(world, body, signature);
}

function routePath(service: Service, path: string, body: string): Routed {
  const operation = path.slice(1, 2).toUpperCase() + path.slice(2);
  if (service.operations.has(operation)) return { service, operation, input: readJson(body) };
  throw new Unreadable('UnknownOperationException', `${path} is not known here.`);
}

function routeJson(world: World, target: string, body: string): Routed {
  const dot = target.lastIndexOf('.');
  const prefix = target.slice(0, dot);
  const operation = target.slice(dot + 1);
  for (const service of world.services.values()) {
    if (service.protocol.kind !== 'json' || service.protocol.targetPrefix !== prefix) continue;
    if (!service.operations.has(operation)) break;
    return { service, operation, input: readJson(body) };
  }
  throw new Unreadable('UnknownOperationException', `${target} is not known here.`);
}

function routeQuery(world: World, body: string, signature: SignedRequest | undefined): Routed {
  const form = new URLSearchParams(body);
  const action = form.get('Action') ?? '';
  const version = form.get('Version') ?? '';
  for (const service of world.services.values()) {
    const { protocol, operations } = service;
    if (protocol.kind !== 'query' || protocol.apiVersion !== version) continue;
    const operation = operations.get(action);
    if (operation === undefined || (signature && signature.service !== service.name)) break;
    return {
      service,
      operation: action,
      input: readForm(form, operation.input),
    };
  }
  throw new Unreadable('InvalidAction', `Could not find operation ${action} for version ${version}`);
}
