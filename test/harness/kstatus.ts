import { z } from 'zod';
import { runTool } from './program.ts';

const verdictSchema = z.object({
  kind: z.string(),
  name: z.string(),
  resourceVersion: z.string(),
  generation: z.number(),
  /** The library's word: what `kubectl wait`, Flux and others go by. */
  status: z.enum(['InProgress', 'Failed', 'Current', 'Terminating', 'NotFound', 'Unknown']),
  message: z.string(),
  /** Rules for conditions that the object breaks, in words; empty when none. */
  violations: z.array(z.string()),
});

export type Verdict = z.infer<typeof verdictSchema>;

/**
 * What the kstatus library makes of each object in a stream of JSON, such as `kubectl get -o json` prints, or all that
 * `kubectl get --watch -o json` has printed: every state a reader could have seen.
 */
export const judge = async (objects: string): Promise<Verdict[]> => {
  const { code, stdout, stderr } = await runTool('kstatus', [], { stdin: objects });
  if (code !== 0) throw new Error(`kstatus: ${stderr}`);
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => verdictSchema.parse(JSON.parse(line)));
};
