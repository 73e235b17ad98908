/**
 * What makes a shell ask. The shells differ in how they take an answer, not in what they ask: `trusted-access __complete`
 * with the words up to the cursor answers in the form that kubectl asks its plug-ins for. Nothing that was typed is ever
 * evaluated.
 *
 * No package fits commander and is safe. In bash `@bomb.sh/tab` (0.0.22) evaluates the words on the line, so that Tab
 * would run `$(…)`. `@pnpm/tabtab` and `omelette` know neither commander nor its options.
 */
export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

const bash = `# bash completion for trusted-access; bash 3.2 or newer, nothing else is needed
_trusted_access() {
  local current=\${COMP_WORDS[COMP_CWORD]} line directive=4
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :*) directive=\${line#:} ;;
      *)
        line=\${line%%$'\\t'*}
        # bash takes --option=value apart, so the value alone is completed.
        if [[ $line == --*=* && $current != --*=* ]]; then line=\${line#*=}; fi
        COMPREPLY+=("$line")
        ;;
    esac
  done < <(trusted-access __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  if [[ $current == = ]]; then current=; fi
  if [[ $directive == 0 || $directive == 16 ]]; then
    compopt -o filenames 2>/dev/null
    local kind=-f
    if [[ $directive == 16 ]]; then kind=-d; fi
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen "$kind" -- "$current")
  fi
}
complete -F _trusted_access trusted-access
`;

const zsh = `#compdef trusted-access
_trusted_access() {
  local line directive=4
  local -a values
  while IFS= read -r line; do
    case $line in
      :*) directive=\${line#:} ;;
      *$'\\t'*) values+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}") ;;
      *) values+=("\${line//:/\\\\:}") ;;
    esac
  done < <(trusted-access __complete "\${(@Q)words[2,CURRENT]}" 2>/dev/null)
  if (( $#values )); then _describe 'trusted-access' values; fi
  if [[ $PREFIX == --*=* && ( $directive == 0 || $directive == 16 ) ]]; then compset -P '*='; fi
  case $directive in
    0) _files ;;
    16) _files -/ ;;
  esac
}
if [[ $funcstack[1] == _trusted_access ]]; then
  _trusted_access "$@"
else
  compdef _trusted_access trusted-access
fi
`;

const fish = `# fish completion for trusted-access
function __trusted_access_ask
    set -l typed (commandline -opc)
    set -g __trusted_access_answers (trusted-access __complete $typed[2..-1] (commandline -ct) 2>/dev/null)
    set -l directive $__trusted_access_answers[-1]
    set -e __trusted_access_answers[-1]
    if test "$directive" = :16
        set -g __trusted_access_answers (__fish_complete_directories (string replace -r '^--[^=]*=' '' -- (commandline -ct)))
    end
    # Files are what fish adds by itself when nothing else applies.
    test "$directive" != :0
end
complete -c trusted-access -n __trusted_access_ask -f -a '$__trusted_access_answers'
`;

export const completionScripts: Readonly<Record<Shell, string>> = { bash, zsh, fish };
