import { type Path, type Problem, problem, unknownField } from './problems.ts';
import { isObject } from './walk.ts';

// Source: Kubernetes API reference, ObjectMeta v1 meta.
const known: ReadonlySet<string> = new Set([
  'annotations',
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'finalizers',
  'generateName',
  'generation',
  'labels',
  'managedFields',
  'name',
  'namespace',
  'ownerReferences',
  'resourceVersion',
  'selfLink',
  'uid',
]);

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

const root: Path = ['metadata'];

function nameProblems(name: unknown): Problem[] {
  const path = [...root, 'name'];
  if (name === undefined || name === '')
    return [problem(path, 'Required value: name or generateName is required')];
  if (typeof name !== 'string')
    return [problem(path, `Invalid value: ${JSON.stringify(name)}: must be a string`)];
  if (name.length > 253) {
    return [problem(path, `Invalid value: ${JSON.stringify(name)}: must be no more than 253 bytes`)];
  }
  if (subdomain.test(name)) return [];
  return [
    problem(
      path,
      `Invalid value: ${JSON.stringify(name)}: a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com')`,
    ),
  ];
}

function textMap(field: 'annotations' | 'labels', value: unknown): Problem[] {
  if (value === undefined || value === null) return [];
  const path = [...root, field];
  if (!isObject(value)) return [problem(path, 'Invalid value: must be a map of strings')];
  return Object.entries(value).flatMap(([key, entry]) =>
    typeof entry === 'string'
      ? []
      : [
          problem(
            [...path, key],
            `Invalid value: ${JSON.stringify(entry)}: must be a string: put it in quotes`,
          ),
        ],
  );
}

/** Metadata as a person writes it in a manifest. Names are those of Kubernetes, so that they are file names too. */
export function metadataProblems(metadata: unknown): Problem[] {
  if (!isObject(metadata)) return nameProblems(undefined);
  return [
    ...Object.keys(metadata)
      .filter((key) => !known.has(key))
      .map((key) => unknownField([...root, key])),
    ...nameProblems(metadata['name']),
    ...textMap('annotations', metadata['annotations']),
    ...textMap('labels', metadata['labels']),
  ];
}
