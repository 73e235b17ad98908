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

const word = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const wordRule =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName', or 'my.name', or '123-abc')";
/** Of all keys and values of the annotations of one object. */
const mostAnnotated = 256 * 1024;

/** What is wrong with the key of a label; undefined: nothing. Source: k8s.io/apimachinery, IsQualifiedName. */
function keyFault(key: string): string | undefined {
  const parts = key.split('/');
  const name = parts.at(-1) ?? '';
  const prefix = parts.length > 1 ? parts[0] : undefined;
  if (parts.length > 2 || (prefix !== undefined && !(prefix.length <= 253 && subdomain.test(prefix))))
    return `a prefix before the slash must be a lowercase RFC 1123 subdomain (e.g. 'example.com/MyName')`;
  if (name === '') return 'name part must be non-empty';
  if (name.length > 63) return 'name part must be no more than 63 bytes';
  return word.test(name) ? undefined : `name part ${wordRule}`;
}

function valueFault(field: 'annotations' | 'labels', value: unknown): string | undefined {
  // As the API server reads it: no value is the empty one.
  if (value === null) return undefined;
  if (typeof value !== 'string') return 'must be a string: put it in quotes';
  if (field === 'annotations' || value === '') return undefined;
  if (value.length > 63) return 'must be no more than 63 bytes';
  return word.test(value) ? undefined : `a valid label must be an empty string or ${wordRule.slice(5)}`;
}

/** For people: what is quoted ends up in a line of the log. */
const quoted = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= 100 ? text : `${text.slice(0, 99)}…`;
};

function textMap(field: 'annotations' | 'labels', value: unknown): Problem[] {
  if (value === undefined || value === null) return [];
  const path = [...root, field];
  if (!isObject(value)) return [problem(path, 'Invalid value: must be a map of strings')];
  const entries = Object.entries(value);
  const faults = entries.flatMap(([key, entry]) => {
    const wrongKey = keyFault(field === 'annotations' ? key.toLowerCase() : key);
    if (wrongKey !== undefined) return [problem(path, `Invalid value: ${quoted(key)}: ${wrongKey}`)];
    const wrongValue = valueFault(field, entry);
    return wrongValue === undefined
      ? []
      : [problem([...path, key], `Invalid value: ${quoted(entry)}: ${wrongValue}`)];
  });
  const size = entries.reduce((sum, each) => sum + Buffer.byteLength(each.join('')), 0);
  if (field === 'annotations' && size > mostAnnotated)
    faults.push(problem(path, `Too long: may not be more than ${mostAnnotated} bytes`));
  return faults;
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
