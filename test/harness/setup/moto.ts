import type { TestProject } from 'vitest/node';
import { type Moto, startMoto } from '../moto.ts';

let moto: Moto | undefined;

/** One moto for the project's files; each file resets it or keeps to resources of its own. */
export const setup = async (project: TestProject): Promise<void> => {
  moto = await startMoto();
  project.provide('motoUrl', moto.url);
};

export const teardown = async (): Promise<void> => {
  await moto?.stop();
};
