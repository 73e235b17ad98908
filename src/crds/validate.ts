import { checkRules } from './cel.ts';
import { metadataProblems } from './objectMeta.ts';
import { type Problem, problemsOf, unknownField } from './problems.ts';
import { statusSchema } from './status.ts';
import { type StructuralSchema, structuralSchema } from './structuralSchema.ts';
import {
  apiVersion,
  kind,
  type Metadata,
  metadataSchema,
  specSchema,
  type TrustedAccess,
  type TrustedAccessStatus,
} from './trustedAccess.ts';
import { defaulted, duplicates, isObject, type JsonObject } from './walk.ts';

export type { Path, Problem } from './problems.ts';

export type Parsed =
  | { readonly kind: 'Valid'; readonly resource: TrustedAccess }
  | { readonly kind: 'Invalid'; readonly problems: readonly Problem[] };

/** What can be said of an object from a cluster: the same two kinds that a ResourceStore has. */
export type Read =
  | { readonly kind: 'Valid'; readonly resource: TrustedAccess }
  | {
      readonly kind: 'Invalid';
      readonly metadata: Metadata;
      readonly status: TrustedAccessStatus;
      readonly problems: readonly string[];
    };

let schema: StructuralSchema | undefined;
const spec = (): StructuralSchema => (schema ??= structuralSchema(specSchema));

function specProblems(value: unknown): Problem[] {
  const result = specSchema.safeParse(value, { reportInput: true });
  const found = result.success ? [] : result.error.issues.flatMap((issue) => problemsOf(issue, ['spec']));
  return [...firstOfEach(found), ...duplicates(spec(), value, ['spec'])];
}

/** Like the API server, one thing at a time about one field: a string too short is not also said to be malformed. */
function firstOfEach(problems: readonly Problem[]): Problem[] {
  const byPath = Map.groupBy(problems, ({ path }) => path.join('/'));
  return [...byPath.values()].flatMap(([first]) => first ?? []);
}

function typeProblems(manifest: JsonObject): Problem[] {
  if (manifest['apiVersion'] === apiVersion && manifest['kind'] === kind) return [];
  const message = `no matches for kind ${JSON.stringify(manifest['kind'])} in version ${JSON.stringify(manifest['apiVersion'])}: this is ${kind} in ${apiVersion}`;
  return [{ path: ['apiVersion'], message, blocking: true }];
}

const topLevel: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata', 'spec', 'status']);

/**
 * A manifest that a person wrote, with the API server's verdict and in its words: unknown fields are
 * refused (as `kubectl apply` does), defaults are filled in, the CEL rules of the schema are evaluated.
 * `old` is the resource that this one replaces, for the rules about changes. A status in the manifest is
 * ignored, as the API server ignores it. Never rejects.
 */
export async function parseTrustedAccess(
  value: unknown,
  options: { readonly old?: TrustedAccess | undefined } = {},
): Promise<Parsed> {
  if (!isObject(value)) {
    return { kind: 'Invalid', problems: [{ path: [], message: 'not an object', blocking: true }] };
  }
  const candidate = defaulted(spec(), value['spec'], false);
  const problems = [
    ...typeProblems(value),
    ...Object.keys(value)
      .filter((key) => !topLevel.has(key))
      .map((key) => unknownField([key])),
    ...metadataProblems(value['metadata']),
    ...specProblems(candidate),
  ];
  if (!problems.some(({ blocking }) => blocking)) {
    const broken = await checkRules(spec(), candidate, options.old?.spec, ['spec']);
    const said = new Set(problems.map(({ path }) => path.join('/')));
    // A rule on a value that is malformed anyway has nothing to add.
    problems.push(...broken.filter(({ path }) => !said.has(path.join('/'))));
  }
  if (problems.length > 0) return { kind: 'Invalid', problems };
  return {
    kind: 'Valid',
    resource: {
      metadata: metadataSchema.parse(withoutNulls(value['metadata'])),
      spec: specSchema.parse(candidate),
      status: statusSchema.parse({}),
    },
  };
}

/** As the API server reads it: a field that is null is absent, a label or an annotation that is null is empty. */
const withoutNulls = (value: unknown): unknown =>
  isObject(value)
    ? Object.fromEntries(
        Object.entries(value)
          .filter(([, entry]) => entry !== null)
          .map(([field, entry]) => [field, isTextMap(field) ? withEmptyTexts(entry) : entry]),
      )
    : value;

const isTextMap = (field: string): boolean => field === 'annotations' || field === 'labels';

const withEmptyTexts = (value: unknown): unknown =>
  isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, text]) => [key, text ?? ''])) : value;

/**
 * A status that some version of the operator wrote. What this version cannot read is dropped, field by
 * field: an unknown word in one of them must not cost the record of a replacement under way.
 */
export function readStatus(value: unknown): TrustedAccessStatus {
  const whole = statusSchema.safeParse(value ?? {});
  if (whole.success) return whole.data;
  if (!isObject(value)) return statusSchema.parse({});
  const readable = Object.entries(value).filter(
    ([name, field]) => statusSchema.safeParse({ [name]: field }).success,
  );
  return statusSchema.parse(Object.fromEntries(readable));
}

/**
 * An object from a cluster. The API server has validated it, perhaps against a newer or an older schema:
 * unknown fields are dropped, defaults are filled in, and what cannot be read all the same is Invalid with
 * the reasons. Undefined: not an object of the Kubernetes API.
 */
export function readTrustedAccess(value: unknown): Read | undefined {
  if (!isObject(value)) return undefined;
  const metadata = metadataSchema.safeParse(withoutNulls(value['metadata']));
  if (!metadata.success) return undefined;
  const status = readStatus(value['status']);
  const parsed = specSchema.safeParse(defaulted(spec(), value['spec'], true), { reportInput: true });
  if (parsed.success) {
    return { kind: 'Valid', resource: { metadata: metadata.data, spec: parsed.data, status } };
  }
  const problems = parsed.error.issues
    .flatMap((issue) => problemsOf(issue, ['spec']))
    .map(({ message }) => message);
  return { kind: 'Invalid', metadata: metadata.data, status, problems };
}
