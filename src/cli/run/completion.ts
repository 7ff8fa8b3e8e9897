import type { Command } from 'commander';
import { printJson, printText } from '../output.ts';

interface Words {
  /** Command path such as `alerts label`, with its subcommands and options. */
  readonly path: string;
  readonly words: readonly string[];
}

function collectWords(command: Command, path: readonly string[] = []): Words[] {
  const options = command.options
    .flatMap((option) => [option.short, option.long])
    .filter((flag): flag is string => flag !== undefined && flag !== null);
  const here = { path: path.join(' '), words: [...command.commands.map((child) => child.name()), ...options, '--help'] };
  return [here, ...command.commands.flatMap((child) => collectWords(child as Command, [...path, child.name()]))];
}

const bash = (words: Words[]): string => `_vedette() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do case "$word" in -*) break;; esac
    case "$path $word" in ${words
      .filter((w) => w.path !== '')
      .map((w) => `" ${w.path}"`)
      .join('|')}) path="$path $word";; esac; done
  case "$path" in
${words.map((w) => `    "${w.path === '' ? '' : ` ${w.path}`}") COMPREPLY=( $(compgen -W "${w.words.join(' ')}" -- "$current") );;`).join('\n')}
  esac
  [ \${#COMPREPLY[@]} -eq 0 ] && COMPREPLY=( $(compgen -f -- "$current") )
}
complete -o filenames -F _vedette vedette`;

const fish = (words: Words[]): string =>
  words
    .map((w) => {
      const parts = w.path === '' ? [] : w.path.split(' ');
      const condition = parts.length === 0 ? '__fish_use_subcommand' : parts.map((p) => `__fish_seen_subcommand_from ${p}`).join('; and ');
      return `complete -c vedette -n '${condition}' -a '${w.words.filter((x) => !x.startsWith('-')).join(' ')}'\n${w.words
        .filter((x) => x.startsWith('--'))
        .map((x) => `complete -c vedette -n '${condition}' -l ${x.slice(2)}`)
        .join('\n')}`;
    })
    .join('\n');

export function completion(program: Command, shell: 'bash' | 'zsh' | 'fish', options: { output: string }): void {
  const words = collectWords(program);
  const script =
    shell === 'fish' ? fish(words) : shell === 'zsh' ? `autoload -U +X bashcompinit && bashcompinit\n${bash(words)}` : bash(words);
  if (options.output === 'json') printJson({ shell, script });
  else printText(script);
}
