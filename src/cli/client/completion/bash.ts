import type { Tree } from './tree.ts';

/** For `source <(vaisc pkg completion bash)`; where nothing of ours fits, file names are offered. */
export function bashScript(program: string, tree: Tree): string {
  const places = [...tree.keys()].filter((path) => path !== '');
  const cases = [...tree].map(([path, { words, options }]) => {
    const names = options.map(({ name }) => `--${name}`);
    return `    '${path}') words='${[...words.keys()].join(' ')}' options='${names.join(' ')}' ;;`;
  });
  const values = [...tree].flatMap(([path, { options }]) =>
    options
      .filter(({ takesValue }) => takesValue)
      .map(({ name, choices }) => `    '${path} --${name}') words='${choices.join(' ')}' options= ;;`),
  );
  return `_${program}_complete() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]}
  local path= words= options= word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD - 1}"; do
    case "\${path:+$path }$word" in
      ${wrap(places.map((path) => `'${path}'`))}) path="\${path:+$path }$word" ;;
    esac
  done
  case $path in
${cases.join('\n')}
  esac
  case "$path $previous" in
${values.join('\n')}
  esac
  if [[ $current == -* ]]; then words=$options; fi
  COMPREPLY=()
  while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "$words" -- "$current")
}
complete -o default -F _${program}_complete ${program}
`;
}

function wrap(patterns: string[]): string {
  return patterns.join(' | \\\n        ');
}
