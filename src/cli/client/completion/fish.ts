import type { Tree } from './tree.ts';

/** For `vaisc pkg completion fish | source`. */
export function fishScript(program: string, tree: Tree): string {
  const at = `__${program}_at`;
  const places = [...tree.keys()].filter((path) => path !== '').map(quoted);
  const lines = [...tree].flatMap(([path, { words, options }]) => {
    const here = `complete -c ${program} -n ${quoted(`${at} ${quoted(path)}`)}`;
    const commands = [...words].map(([word, about]) => `${here} -f -a ${quoted(word)} -d ${quoted(about)}`);
    return commands.concat(
      options.map(({ name, about, takesValue, choices }) => {
        const values = choices.length === 0 ? ' -r' : ` -x -a ${quoted(choices.join(' '))}`;
        return `${here} -l ${quoted(name)}${takesValue ? values : ''} -d ${quoted(about)}`;
      }),
    );
  });
  return `function ${at}
    set -l at
    for word in (commandline -opc)[2..-1]
        set -l next (string trim -- "$at $word")
        if contains -- $next ${places.join(' ')}
            set at $next
        end
    end
    test "$at" = "$argv[1]"
end
${lines.join('\n')}
`;
}

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`;
