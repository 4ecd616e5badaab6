import { ConcError } from '../../errors/conc-error.ts';
import { complete, shells } from '../complete.ts';
import type { Define } from '../context.ts';

export const define: Define = (command, context) => {
  command
    .argument('[shell]', shells.join(', '))
    .argument('[words...]', 'with --words: the command line so far')
    .option('--words', 'print what may stand at the last word of the line (the scripts call this)')
    .addHelpText(
      'after',
      `
Examples:
  conc completion bash > ~/.local/share/bash-completion/completions/conc
  conc completion zsh > "\${fpath[1]}/_conc"
  conc completion fish > ~/.config/fish/completions/conc.fish`,
    )
    .action(async (shell: string | undefined, words: string[]) => {
      if (command.opts<{ words?: boolean }>().words === true) {
        const line = shell === undefined ? words : [shell, ...words];
        for (const candidate of await complete(line, context)) context.out(candidate);
        return;
      }
      const script = shells.find((name) => name === shell);
      if (script === undefined) throw unknownShell(shell);
      context.out(scripts[script]);
    });
};

const scripts: Readonly<Record<(typeof shells)[number], string>> = {
  bash: `_conc() {
  local IFS=$'\\n'
  COMPREPLY=($(conc completion --words -- "\${COMP_WORDS[@]:0:COMP_CWORD+1}" 2>/dev/null))
}
complete -o default -F _conc conc`,
  zsh: `#compdef conc
_conc() {
  local -a found
  found=("\${(@f)$(conc completion --words -- "\${(@)words[1,CURRENT]}" 2>/dev/null)}")
  compadd -a found
}
compdef _conc conc`,
  fish: `function __conc
  set -l line (commandline -opc) (commandline -ct)
  conc completion --words -- $line 2>/dev/null
end
complete -c conc -f -a '(__conc)'`,
};

const unknownShell = (shell: string | undefined): ConcError =>
  new ConcError({
    code: 'usage',
    message: shell === undefined ? 'which shell?' : `no completion for ${shell}`,
    hint: `one of: ${shells.join(', ')}`,
    exit: 2,
  });
