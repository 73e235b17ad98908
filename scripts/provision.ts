/** Makes sure of the tools the tests need: `provision.ts` for all of them, or `provision.ts NAME…` for some. */
import { isToolName, type ToolName, tools } from '../test/tools/catalogue.ts';
import { duration } from '../test/tools/progress.ts';
import { provisionAll } from '../test/tools/provision.ts';

const chosen = (words: readonly string[]): readonly ToolName[] => {
  const unknown = words.filter((word) => !isToolName(word));
  if (unknown.length > 0) {
    throw new Error(`no such tool: ${unknown.join(', ')} (there are: ${Object.keys(tools).join(', ')})`);
  }
  return words.length === 0 ? Object.keys(tools).filter(isToolName) : words.filter(isToolName);
};

const started = performance.now();
try {
  const names = chosen(process.argv.slice(2));
  await provisionAll(names, (line) => process.stdout.write(`${line}\n`));
  process.stdout.write(`tools ready (${names.join(', ')}) in ${duration(performance.now() - started)}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
