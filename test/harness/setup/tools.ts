import type { TestProject } from 'vitest/node';
import { roomsWithTools } from '../../tools/projects.ts';
import { provisionAll } from '../../tools/provision.ts';

/** Before the first test, where waiting is allowed: inside one, a first build would be a time-out. */
export const setup = async (project: TestProject): Promise<void> => {
  const room = roomsWithTools.find(({ name }) => name === project.name);
  await provisionAll(room?.tools ?? [], (line) => process.stderr.write(`${line}\n`));
};
