/**
 * Checks that each title of a test stands alone in a list of failures. With `--list` it prints every title as the
 * reporter does.
 */
import { isChecked } from './prose/exceptions.ts';
import { titleFault, titles } from './prose/titles.ts';

const all = titles();
if (process.argv.includes('--list')) {
  for (const { path, line, text } of all) process.stdout.write(`${path}:${line}: ${text}\n`);
}
for (const title of all.filter(isChecked)) {
  const fault = titleFault(title);
  if (fault === undefined) continue;
  process.stderr.write(`${title.path}:${title.line}: ${fault}: ${title.text}\n`);
  process.exitCode = 1;
}
