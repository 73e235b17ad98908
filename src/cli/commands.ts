import type { Command } from 'commander';

/** Every command, each in a file of its own that is loaded when it is asked for. */
const loaders = {
  run: async () => (await import('./run.ts')).runCommand(),
  sandbox: async () => (await import('./sandbox.ts')).sandboxCommand(),
  doctor: async () => (await import('./doctor.ts')).doctorCommand(),
  setup: async () => (await import('./setup.ts')).setupCommand(),
  plan: async () => (await import('./plan.ts')).planCommand(),
  history: async () => (await import('./history.ts')).historyCommand(),
  import: async () => (await import('./import.ts')).importCommand(),
  completion: async () => (await import('./completion.ts')).completionCommand(),
  crd: async () => (await import('./crd.ts')).crdCommand(),
} satisfies Record<string, () => Promise<Command>>;

export type CommandName = keyof typeof loaders;

export const commandNames = Object.keys(loaders) as CommandName[];

export function loadCommand(name: CommandName): Promise<Command> {
  return loaders[name]();
}
