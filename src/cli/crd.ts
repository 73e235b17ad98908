import { Command } from 'commander';
import { stringify } from 'yaml';
import { customResourceDefinition } from '../crds/crd.ts';

/** The CRD as YAML, the very bytes of deploy/crds. */
export function crdYaml(): string {
  return stringify(customResourceDefinition(), { lineWidth: 0, aliasDuplicateObjects: false });
}

/** `trusted-access crd`. `write` gets the text; the process's stdout unless told otherwise. */
export function crdCommand(write: (text: string) => void = (text) => process.stdout.write(text)): Command {
  return new Command('crd')
    .description('print the CustomResourceDefinition of TrustedAccess')
    .addHelpText(
      'after',
      `
Examples:
  trusted-access crd | kubectl apply --server-side -f -
  trusted-access crd > deploy/crds/trustedaccess.dev_trustedaccesses.yaml
`,
    )
    .action(() => write(crdYaml()));
}
