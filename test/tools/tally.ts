import { readFile } from 'node:fs/promises';
import { z } from 'zod';

/** What the closing line of `make test` is made of. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Failures that are no test's: a file that did not load, an unhandled error, a report that never came. */
  readonly reasons: readonly string[];
  readonly files: readonly TimedFile[];
}

/** A test file and how long its tests took. */
export interface TimedFile {
  readonly file: string;
  readonly milliseconds: number;
}

const reportSchema = z.object({
  success: z.boolean(),
  numTotalTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      startTime: z.number().optional(),
      endTime: z.number().optional(),
      message: z.string().optional(),
      assertionResults: z.array(z.object({ status: z.string() })),
    }),
  ),
});

type Report = z.infer<typeof reportSchema>;

export const nothing: Tally = { passed: 0, failed: 0, skipped: 0, reasons: [], files: [] };

export const failure = (reason: string): Tally => ({ ...nothing, failed: 1, reasons: [reason] });

export const add = (a: Tally, b: Tally): Tally => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
  reasons: [...a.reasons, ...b.reasons],
  files: [...a.files, ...b.files],
});

const tallyFile = (file: Report['testResults'][number]): Tally => {
  const count = (status: string) => file.assertionResults.filter((test) => test.status === status).length;
  const passed = count('passed');
  const failed = count('failed');
  const { startTime = 0, endTime = startTime } = file;
  const tests: Tally = {
    ...nothing,
    passed,
    failed,
    skipped: file.assertionResults.length - passed - failed,
    files: [{ file: file.name, milliseconds: endTime - startTime }],
  };
  const brokenItself = file.status === 'failed' && failed === 0;
  return brokenItself ? add(tests, failure(`${file.name} failed outside its tests`)) : tests;
};

/** Counts a vitest JSON report. `exitCode` is the runner's: one that failed without a failed test still failed. */
export const tallyReport = (text: string, exitCode: number, what: string): Tally => {
  const report = reportSchema.safeParse(parseJson(text));
  if (!report.success) return failure(`${what}: the runner left no report (exit code ${exitCode})`);
  const tally = report.data.testResults.map(tallyFile).reduce(add, nothing);
  if (tally.failed > 0 || exitCode === 0) return tally;
  return add(tally, failure(`${what}: the runner ended with exit code ${exitCode} though no test failed`));
};

/** The files that took longest, the longest first. */
export const slowest = ({ files }: Tally, most: number): readonly TimedFile[] =>
  files.toSorted((a, b) => b.milliseconds - a.milliseconds).slice(0, most);

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

export const readReport = async (path: string, exitCode: number, what: string): Promise<Tally> =>
  tallyReport(await readFile(path, 'utf8').catch(() => ''), exitCode, what);

export const closingLine = ({ passed, failed, skipped }: Tally): string =>
  `${passed} passed, ${failed} failed, ${skipped} skipped`;
