import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { crdCommand, crdYaml } from '../../src/cli/crd.ts';
import { customResourceDefinition, trustedAccessSchema } from '../../src/crds/crd.ts';
import type { StructuralSchema } from '../../src/crds/structuralSchema.ts';

const file = 'deploy/crds/trustedaccess.dev_trustedaccesses.yaml';

function nodes(schema: StructuralSchema, path = ''): [string, StructuralSchema][] {
  return [
    [path, schema],
    ...(schema.items ? nodes(schema.items, `${path}[]`) : []),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, child]) => nodes(child, `${path}.${name}`)),
  ];
}

const all = nodes(trustedAccessSchema());
const ours = all.filter(([path]) => path.startsWith('.spec') || path.startsWith('.status'));

describe('the CustomResourceDefinition', () => {
  it('is committed as it is generated', () => {
    expect(readFileSync(file, 'utf8'), `${file} is not what the schema says: run  make generate`).toBe(
      crdYaml(),
    );
  });

  it('is printed by `trusted-access crd`', async () => {
    let printed = '';
    await crdCommand((text) => {
      printed += text;
    }).parseAsync([], { from: 'user' });
    expect(printed).toBe(crdYaml());
  });

  it('explains every field to `kubectl explain`', () => {
    const silent = all.filter(([path, { description }]) => path !== '.metadata' && !description);
    expect(silent.map(([path]) => path)).toEqual([]);
  });

  it('bounds every string and every list', () => {
    const unbounded = ours.filter(
      ([, { type, maxLength, maxItems, enum: values }]) =>
        (type === 'string' && maxLength === undefined && values === undefined) ||
        (type === 'array' && maxItems === undefined),
    );
    expect(unbounded.map(([path]) => path)).toEqual([]);
  });

  it('says of every list how it is merged', () => {
    const lists = ours.filter(([, { type }]) => type === 'array');
    expect(
      Object.fromEntries(
        lists.map(([path, list]) => [
          path,
          [list['x-kubernetes-list-type'], ...(list['x-kubernetes-list-map-keys'] ?? [])],
        ]),
      ),
    ).toEqual({
      '.spec.delegatedAdministrators': ['set'],
      '.status.delegatedAdministrators': ['map', 'accountId'],
      '.status.conditions': ['map', 'type'],
    });
  });

  it('has no default in the status: the API server adds nothing to what the operator said', () => {
    const invented = ours.filter(([path, node]) => path.startsWith('.status') && node.default !== undefined);
    expect(invented).toEqual([]);
  });

  it('is cluster-scoped, found as ta and with `kubectl get aws`, and keeps status apart', () => {
    const { scope, names, versions } = customResourceDefinition().spec;
    expect({ scope, ...names, status: versions[0].subresources }).toMatchObject({
      scope: 'Cluster',
      plural: 'trustedaccesses',
      shortNames: ['ta'],
      categories: ['aws'],
      status: { status: {} },
    });
  });

  it.each([
    ['a glance', 0, ['Principal', 'Access', 'Administrators', 'Ready', 'Reason', 'Age']],
    ['-o wide', 1, ['Organization', 'Events', 'Last drift', 'By']],
  ])('shows for %s the columns people ask for', (_, priority, names) => {
    const columns = customResourceDefinition().spec.versions[0].additionalPrinterColumns;
    expect(columns.filter((column) => (column.priority ?? 0) === priority).map(({ name }) => name)).toEqual(
      names,
    );
  });
});
