import type { TrustedAccess, TrustedAccessSpec } from '../crds/trustedAccess.ts';
import { parseTrustedAccess } from '../crds/validate.ts';
import type { ManifestDocument } from './documents.ts';

type Declaration = Extract<ManifestDocument, { kind: 'TrustedAccess' }>;

export type Verdict =
  | { readonly kind: 'Declared'; readonly file: string; readonly resource: TrustedAccess }
  | { readonly kind: 'Refused'; readonly file: string; readonly problems: readonly string[] };

/** One line of log. */
export interface Report {
  readonly level: 'error' | 'debug';
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

export interface Judgement {
  readonly verdicts: ReadonlyMap<string, Verdict>;
  /** Files with something in them that declares nothing readable: what they declared before is not gone. */
  readonly unreadable: ReadonlyMap<string, readonly string[]>;
  readonly reports: readonly Report[];
}

const nameOf = ({ value }: Declaration): string | undefined => {
  if (typeof value !== 'object' || value === null || !('metadata' in value)) return undefined;
  const { metadata } = value;
  if (typeof metadata !== 'object' || metadata === null || !('name' in metadata)) return undefined;
  return typeof metadata.name === 'string' ? metadata.name : undefined;
};

interface Judged {
  readonly verdict: Verdict;
  /** False when the name itself is not one: nothing can be kept under it. */
  readonly named: boolean;
  readonly report?: Report;
}

const refusal = (
  document: Declaration,
  line: number,
  problems: readonly string[],
  named: boolean,
): Judged => ({
  verdict: { kind: 'Refused', file: document.file, problems },
  named,
  report: { level: 'error', file: document.file, line, message: problems.join('; ') },
});

const judged = new WeakMap<
  Declaration,
  { readonly against: TrustedAccessSpec | undefined; readonly as: Judged }
>();

/** A document that did not change since it was judged against the same spec is judged as before. */
async function judgeOne(document: Declaration, old: TrustedAccess | undefined): Promise<Judged> {
  const known = judged.get(document);
  if (known && known.against === old?.spec) return known.as;
  const as = await judgeAnew(document, old);
  judged.set(document, { against: old?.spec, as });
  return as;
}

async function judgeAnew(document: Declaration, old: TrustedAccess | undefined): Promise<Judged> {
  const { file } = document;
  const parsed = await parseTrustedAccess(document.value, { old });
  if (parsed.kind === 'Valid') {
    return { verdict: { kind: 'Declared', file, resource: parsed.resource }, named: true };
  }
  const placed = parsed.problems.map(({ path, message, hint }) => ({
    line: document.lineOf(path),
    path,
    message: hint === undefined ? message : `${message} (${hint})`,
  }));
  const named = !placed.some(({ path }) => path.join('/') === 'metadata/name');
  const lines = placed.map(({ line, message }) => `${file}:${line}: ${message}`);
  return refusal(document, placed[0]?.line ?? document.line, lines, named);
}

function judgeDuplicates(name: string, documents: readonly Declaration[]): Judged[] {
  const places = documents.map((document) => `${document.file}:${document.lineOf(['metadata', 'name'])}`);
  const problem = `metadata.name: Duplicate value: "${name}": declared in ${places.join(' and in ')}: keep one of them`;
  const [first] = documents;
  return first ? [refusal(first, first.lineOf(['metadata', 'name']), [problem], true)] : [];
}

function judgeNamed(
  name: string,
  documents: readonly Declaration[],
  old: TrustedAccess | undefined,
): Promise<Judged[]> {
  if (documents.length > 1) return Promise.resolve(judgeDuplicates(name, documents));
  return Promise.all(documents.map((document) => judgeOne(document, old)));
}

function noticed(document: Exclude<ManifestDocument, Declaration>): Report {
  const { file, line } = document;
  return document.kind === 'Broken'
    ? { level: 'error', file, line, message: `${file}:${line}: ${document.message}` }
    : { level: 'debug', file, line, message: `${file}:${line}: ${document.what} is not for this operator` };
}

/** What the documents of the folder declare. `old`: the resource as it was accepted last, for rules about changes. */
export async function judge(
  documents: readonly ManifestDocument[],
  old: (name: string) => TrustedAccess | undefined,
): Promise<Judgement> {
  const declarations = documents.filter((document) => document.kind === 'TrustedAccess');
  const byName = Map.groupBy(declarations, (document) => nameOf(document) ?? '');
  const verdicts = new Map<string, Verdict>();
  const unreadable = new Map<string, string[]>();
  const reports: Report[] = [];
  const cannotRead = (file: string, problems: readonly string[]) =>
    unreadable.set(file, [...(unreadable.get(file) ?? []), ...problems]);
  for (const document of documents) {
    if (document.kind === 'TrustedAccess') continue;
    const report = noticed(document);
    reports.push(report);
    if (document.kind === 'Broken') cannotRead(document.file, [report.message]);
  }
  for (const [name, named] of byName) {
    const results =
      name === ''
        ? await Promise.all(named.map((each) => judgeOne(each, undefined)))
        : await judgeNamed(name, named, old(name));
    for (const { verdict, named: keepable, report } of results) {
      if (report) reports.push(report);
      if (keepable) verdicts.set(name, verdict);
      else if (verdict.kind === 'Refused') cannotRead(verdict.file, verdict.problems);
    }
  }
  return { verdicts, unreadable, reports };
}
