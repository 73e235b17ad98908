/**
 * Checks the prose of the project with Vale: documents, texts of the program and titles of tests. Prints each finding
 * as `path:line`, and the Flesch–Kincaid grade of the pages that have a limit.
 */
import { provision } from '../test/tools/provision.ts';
import { findings, grades, highestGrade } from './prose/checks.ts';

const say = (line: string) => process.stdout.write(`${line}\n`);

const vale = await provision('vale', say);
const found = await findings(vale);
for (const { path, line, rule, message } of found) say(`${path}:${line}: ${rule}: ${message}`);
const graded = await grades(vale);
for (const [path, grade] of graded) say(`Flesch–Kincaid grade ${grade.toFixed(1)}: ${path}`);
const difficult = graded.filter(([, grade]) => grade > highestGrade);
if (found.length > 0 || difficult.length > 0) {
  process.stderr.write(
    `prose: ${found.length} findings, ${difficult.length} pages above grade ${highestGrade}\n`,
  );
  process.exitCode = 1;
}
