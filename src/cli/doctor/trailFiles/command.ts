import { patiently } from '../../terminal.ts';
import type { Surroundings } from '../doctor.ts';
import { examineTrail } from './examine.ts';
import { printTrailReport } from './report.ts';

/** Reports what the operator would do with the CloudTrail files of a folder. Returns 1 when anything is unreadable. */
export async function doctorTrailFiles(
  folder: string,
  json: boolean,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<0 | 1> {
  const { terminal, clock } = surroundings;
  try {
    const report = await patiently(surroundings, `reading ${folder}`, examineTrail(folder, clock, signal));
    if (json) terminal.out(JSON.stringify(report, null, 2));
    else printTrailReport(report, terminal);
    if (report.files > 0) return report.unreadableFiles > 0 ? 1 : 0;
    terminal.err(`no .json or .json.gz file in ${folder}`);
  } catch (error) {
    signal.throwIfAborted();
    terminal.err(`cannot read ${folder}: ${error instanceof Error ? error.message : error}`);
  }
  return 1;
}
