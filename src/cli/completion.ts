import { Argument, Command } from 'commander';
import { completionScripts, type Shell, shells } from './completion/scripts.ts';
import { processTerminal } from './terminal.ts';

export function completionCommand(): Command {
  return new Command('completion')
    .description('print the completion script of a shell, for commands, options and names')
    .addArgument(new Argument('<shell>', 'the name of the shell').choices(shells))
    .showHelpAfterError('(--help shows the options, with examples)')
    .addHelpText('after', examples)
    .action((shell: Shell) => processTerminal().out(completionScripts[shell].trimEnd()));
}

const examples = `
The shell asks trusted-access itself, so that it never offers what this version does not know. Names of resources come
from the cluster of your kubeconfig; when it does not answer within two seconds there are none.

Examples:
  eval "$(trusted-access completion bash)"     in ~/.bashrc
  eval "$(trusted-access completion zsh)"      in ~/.zshrc, after compinit
  trusted-access completion fish | source      in ~/.config/fish/config.fish

kubectl completes the plug-in (kubectl trusted-access …) by itself, where kubectl's own completion is set up.
`;
