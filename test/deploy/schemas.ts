import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Cluster } from '../harness/cluster.ts';
import type { Manifest } from './chart.ts';

const kindSchema = z.object({ group: z.string(), version: z.string(), kind: z.string() });
const openApiSchema = z.object({
  components: z.object({ schemas: z.record(z.string(), z.record(z.string(), z.unknown())) }),
});

const pathOf = (apiVersion: string): string =>
  apiVersion.includes('/') ? `apis/${apiVersion}` : `api/${apiVersion}`;

/** Closed to fields that nobody knows, as `-strict` of kubeconform expects of a schema. */
function closed(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(closed);
  if (typeof node !== 'object' || node === null) return node;
  const inner = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, closed(value)]));
  const open = 'additionalProperties' in inner || inner['x-kubernetes-preserve-unknown-fields'] === true;
  return 'properties' in inner && !open ? { ...inner, additionalProperties: false } : inner;
}

/**
 * The schemas the API server itself publishes for the kinds of these manifests, as kubeconform reads them: no
 * download, and the very version that is tested with.
 */
export async function writeSchemas(
  cluster: Cluster,
  folder: string,
  manifests: readonly Manifest[],
): Promise<void> {
  for (const apiVersion of new Set(manifests.map((each) => each.apiVersion))) {
    const { code, stdout } = await cluster.kubectl(['get', '--raw', `/openapi/v3/${pathOf(apiVersion)}`]);
    if (code !== 0) continue;
    const { schemas } = openApiSchema.parse(JSON.parse(stdout)).components;
    const components = { schemas: closed(schemas) };
    for (const [name, schema] of Object.entries(schemas)) {
      const kinds = z.array(kindSchema).safeParse(schema['x-kubernetes-group-version-kind']).data ?? [];
      for (const { group, version, kind } of kinds) {
        if (!manifests.some((each) => each.kind === kind)) continue;
        const parts = [kind, group.split('.')[0] ?? '', version].filter((part) => part !== '');
        const file = join(folder, `${parts.join('-').toLowerCase()}.json`);
        await writeFile(file, JSON.stringify({ $ref: `#/components/schemas/${name}`, components }));
      }
    }
  }
}
