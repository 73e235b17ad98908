/** The event patterns in the CloudFormation templates and the Terraform modules, which are those that `setup` puts. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { eventPattern, forwardedPattern } from '../src/eventFormat/eventPattern.ts';
import { withRegion } from './docs/region.ts';
import { formatted } from './schemas.ts';

const root = resolve(import.meta.dirname, '..');

/** The pattern as a property of a rule in a template. */
function property(pattern: object): string {
  const text = stringify({ EventPattern: pattern }, { indent: 2 });
  return text.replaceAll(/^(?=.)/gm, ' '.repeat(6));
}

async function template(path: string, pattern: object): Promise<[string, string]> {
  return [path, withRegion(await readFile(join(root, path), 'utf8'), 'pattern', property(pattern), 'yaml')];
}

function json(path: string, pattern: object): [string, string] {
  return [path, formatted(path, JSON.stringify(pattern))];
}

/** Contents by path from the root of the project. @throws Error that names a template without the place for a pattern. */
export async function eventPatternFiles(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    await template('deploy/iam/events/cloudformation.yaml', eventPattern),
    json('deploy/iam/events/terraform/event-pattern.json', eventPattern),
    await template('deploy/iam/events/forwarding/cloudformation.yaml', forwardedPattern),
    json('deploy/iam/events/forwarding/terraform/event-pattern.json', forwardedPattern),
  ]);
}
