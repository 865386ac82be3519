export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** One command as a shell needs to know it. */
export interface CommandTree {
  readonly name: string;
  readonly options: readonly { readonly flags: readonly string[]; readonly choices: readonly string[]; readonly takesFile: boolean }[];
  readonly choices: readonly string[];
  readonly commands: readonly CommandTree[];
}

interface Place {
  /** Names of the commands typed so far, ` task ls`; empty at the root. */
  readonly place: string;
  readonly words: readonly string[];
}

/** The script that a shell reads once; after that it knows every command, option and choice without starting Node. */
export function completionScript(shell: Shell, tree: CommandTree): string {
  const places = placesOf(tree, '', []);
  const options = distinctOptions(tree);
  if (shell === 'bash') return bashScript(tree.name, places, options);
  return shell === 'zsh' ? zshScript(tree.name, places, options) : fishScript(tree.name, places, options);
}

function placesOf(tree: CommandTree, place: string, inherited: readonly string[]): Place[] {
  const own = tree.options.flatMap((option) => option.flags);
  const words = [...tree.commands.map((command) => command.name), ...tree.choices, ...own, ...inherited];
  const below = tree.commands.flatMap((command) => placesOf(command, `${place} ${command.name}`, place === '' ? own : inherited));
  return [{ place, words: [...new Set(words)] }, ...below];
}

type Option = CommandTree['options'][number];

/** What follows an option; of options of the same name in several commands all choices together. */
function distinctOptions(tree: CommandTree): Option[] {
  const all = [...tree.options, ...tree.commands.flatMap(distinctOptions)];
  const byFlags = Map.groupBy(
    all.filter((option) => option.choices.length > 0 || option.takesFile),
    (option) => option.flags.join(' '),
  );
  return [...byFlags.values()].flatMap(([first, ...same]) =>
    first === undefined ? [] : [{ ...first, choices: [...new Set([first, ...same].flatMap((option) => option.choices))] }],
  );
}

/** `place` and not `path`: in zsh that name is the search path itself. */
function walk(places: readonly Place[], indent: string): string {
  const known = places.filter(({ place }) => place !== '').map(({ place }) => `"${place}"`);
  return `${indent}case "$place $word" in ${known.join('|')}) place="$place $word" ;; esac`;
}

function caseOfOptions(options: readonly Option[], choose: (choices: string) => string, files: string): string {
  return options
    .map((option) => `    ${option.flags.join('|')}) ${option.takesFile ? files : choose(option.choices.join(' '))}; return ;;`)
    .join('\n');
}

function caseOfPlaces(places: readonly Place[]): string {
  return places.map(({ place, words }) => `    "${place}") words="${words.join(' ')}" ;;`).join('\n');
}

function bashScript(name: string, places: readonly Place[], options: readonly Option[]): string {
  return `# bash: eval "$(${name} completion bash)"
_${name}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" place="" words="" word index
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="\${COMP_WORDS[index]}"
${walk(places, '    ')}
  done
  case "$previous" in
${caseOfOptions(options, (choices) => `COMPREPLY=($(compgen -W "${choices}" -- "$current"))`, 'COMPREPLY=($(compgen -f -- "$current"))')}
  esac
  case "$place" in
${caseOfPlaces(places)}
  esac
  # Options only for one who has begun to type one.
  case "$current" in -*) ;; *) words=" $words"; words="\${words%% -*}" ;; esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _${name} ${name}
`;
}

function zshScript(name: string, places: readonly Place[], options: readonly Option[]): string {
  return `#compdef ${name}
# zsh: eval "$(${name} completion zsh)"
_${name}() {
  local place="" words_here="" word index
  for ((index = 2; index < CURRENT; index++)); do
    word="\${words[index]}"
${walk(places, '    ')}
  done
  case "\${words[CURRENT-1]}" in
${caseOfOptions(options, (choices) => `compadd -- ${choices}`, '_files')}
  esac
  case "$place" in
${caseOfPlaces(places).replaceAll(' words=', ' words_here=')}
  esac
  # Options only for one who has begun to type one.
  case "\${words[CURRENT]}" in -*) ;; *) words_here=" $words_here"; words_here="\${words_here%% -*}" ;; esac
  if [[ -n "\${words_here// /}" ]]; then compadd -- \${=words_here}; else _files; fi
}
compdef _${name} ${name}
`;
}

function fishScript(name: string, places: readonly Place[], options: readonly Option[]): string {
  const known = places.filter(({ place }) => place !== '').map(({ place }) => `'${place}'`);
  const offers = places.flatMap(({ place, words }) => {
    const here = `test "$(__${name}_place)" = "${place}"`;
    const flags = words.filter((word) => word.startsWith('--')).join(' ');
    const others = words.filter((word) => !word.startsWith('-')).join(' ');
    const offer = (condition: string, offered: string) =>
      offered === '' ? [] : [`complete -c ${name} -n '${condition}' -f -a '${offered}'`];
    // Options only for one who has begun to type one.
    return [...offer(here, others), ...offer(`${here}; and string match -q -- "-*" (commandline -ct)`, flags)];
  });
  const values = options.map((option) => {
    const flags = option.flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`)).join(' ');
    return `complete -c ${name} ${flags} ${option.takesFile ? '-r -F' : `-x -a '${option.choices.join(' ')}'`}`;
  });
  return `# fish: ${name} completion fish | source
function __${name}_place
  set -l place ''
  for word in (commandline -opc)[2..]
    switch "$place $word"
      case ${known.join(' ')}
        set place "$place $word"
    end
  end
  echo $place
end
${[...offers, ...values].join('\n')}
`;
}
