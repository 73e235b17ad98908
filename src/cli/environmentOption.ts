import { Option } from 'commander';

/** `--some-option` may also be given as TRUSTED_ACCESS_SOME_OPTION. */
export function environmentOption(flags: string, description: string): Option {
  const made = new Option(flags, description);
  return made.env(`TRUSTED_ACCESS_${made.name().replaceAll('-', '_').toUpperCase()}`);
}
