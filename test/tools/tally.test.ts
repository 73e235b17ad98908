import { describe, expect, it } from 'vitest';
import { closingLine, tallyReport } from './tally.ts';

const file = (status: string, ...tests: string[]) => ({
  name: 'a.test.ts',
  status,
  message: '',
  assertionResults: tests.map((test) => ({ status: test })),
});

const report = (...testResults: ReturnType<typeof file>[]) =>
  JSON.stringify({ success: true, numTotalTests: testResults.length, testResults });

describe('the closing line', () => {
  it.each([
    ['passing tests', report(file('passed', 'passed', 'passed')), 0, '2 passed, 0 failed, 0 skipped'],
    ['a failed test', report(file('failed', 'passed', 'failed')), 1, '1 passed, 1 failed, 0 skipped'],
    [
      'skipped and to-do tests',
      report(file('passed', 'passed', 'skipped', 'todo')),
      0,
      '1 passed, 0 failed, 2 skipped',
    ],
    [
      'a file that did not load',
      report(file('passed', 'passed'), file('failed')),
      1,
      '1 passed, 1 failed, 0 skipped',
    ],
    ['a hook that failed under tests', report(file('failed', 'skipped')), 1, '0 passed, 1 failed, 1 skipped'],
    ['an error outside every test', report(file('passed', 'passed')), 1, '1 passed, 1 failed, 0 skipped'],
    ['no report', '', 139, '0 passed, 1 failed, 0 skipped'],
    ['half a report', '{"success": true, "testRes', 1, '0 passed, 1 failed, 0 skipped'],
  ])('counts %s', (_, text, exitCode, line) => {
    expect(closingLine(tallyReport(text, exitCode, 'unit tests'))).toBe(line);
  });
});
