import type { Tree } from './tree.ts';

/** For `source <(vaisc pkg completion zsh)`, after compinit. */
export function zshScript(program: string, tree: Tree): string {
  const places = [...tree.keys()].filter((path) => path !== '').map(quoted);
  const cases = [...tree].map(([path, { words, options }]) => {
    const commands = [...words].map(([word, about]) => quoted(described(word, about)));
    const names = options.map(({ name, about }) => quoted(described(`--${name}`, about)));
    return `    ${quoted(path)}) commands=(${commands.join(' ')}) options=(${names.join(' ')}) ;;`;
  });
  const values = [...tree].flatMap(([path, { options }]) =>
    options
      .filter(({ takesValue }) => takesValue)
      .map(({ name, choices }) => {
        const offer = choices.length === 0 ? '_files' : `compadd -- ${choices.map(quoted).join(' ')}`;
        return `    ${quoted(`${path} --${name}`)}) ${offer}; return ;;`;
      }),
  );
  return `_${program}_complete() {
  local at word next
  local -a places commands options
  places=(${places.join(' ')})
  for word in "\${(@)words[2,CURRENT - 1]}"; do
    next="\${at:+$at }$word"
    if (( \${places[(Ie)$next]} )); then at=$next; fi
  done
  case "$at \${words[CURRENT - 1]}" in
${values.join('\n')}
  esac
  case "$at" in
${cases.join('\n')}
  esac
  if [[ "\${words[CURRENT]}" == -* ]]; then _describe option options
  elif (( \${#commands} )); then _describe command commands
  else _files
  fi
}
compdef _${program}_complete ${program}
`;
}

const described = (word: string, about: string): string =>
  `${word.replaceAll(':', '\\:')}:${about.replaceAll('\\', '\\\\')}`;

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
