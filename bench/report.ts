import { isMet, median } from './measure/stats.ts';
import type { Outcome, Ratio, Series } from './scenario.ts';

/** The report in Markdown. */
export function report(
  machine: readonly string[],
  outcomes: readonly Outcome[],
  problems: readonly string[],
): string {
  const parts = [
    '# Results of `npm run bench`',
    'Written by the bench itself; do not edit. Contenders take turns within one run (A B C A B C …). Values are medians of the rounds with the smallest and largest beside them; ratios are of the medians. Kontor runs as shipped: `bin/kontor serve` with its defaults, with log, limits and rights; nginx runs with one worker and logs requests, as its packages ship it, or without its log where that is said; Verdaccio with the settings that it ships, but with JWTs, which cost it less than its default tokens. CPU is of all threads of the server, memory is VmRSS and VmHWM at the end.',
    machine.map((line) => `- ${line}`).join('\n'),
    ...problems.map((problem) => `**Left out:** ${problem}`),
    ...outcomes.map(section),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** One table with its ratios and notes. */
export function section({ title, unit, series, ratios, notes }: Outcome): string {
  const measured = series.some(({ cpuSeconds }) => cpuSeconds.length > 0);
  const head = ['contender', unit === '' ? 'median' : `median, ${unit}`, 'smallest – largest'];
  if (measured) head.push('CPU s', 'CPU µs each', 'memory, peak MB', 'errors');
  const rows = series.map((line) => [
    line.name,
    number(median(line.values)),
    `${number(Math.min(...line.values))} – ${number(Math.max(...line.values))}`,
    ...(measured ? serverFigures(line) : []),
  ]);
  const table = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  const lines = [...ratios.map(ratioLine), ...notes].map((line) => `- ${line}`).join('\n');
  return `## ${title}\n\n${table}\n\n${lines}`;
}

function serverFigures({ cpuSeconds, operations, memory, errors }: Series): string[] {
  const cpu = cpuSeconds.reduce((sum, seconds) => sum + seconds, 0);
  return [
    cpu.toFixed(2),
    operations === 0 ? '-' : number((cpu / operations) * 1e6),
    memory === undefined ? '-' : `${megabytes(memory.resident)}, ${megabytes(memory.peak)}`,
    String(errors),
  ];
}

function ratioLine(line: Ratio): string {
  const { label, value, low, high, target } = line;
  const unit = target?.unit ?? '';
  const spread = `(${number(low)} – ${number(high)})`;
  if (target === undefined) return `${label}: ${number(value)} ${spread}`;
  const sign = target.at === 'least' ? '≥' : '≤';
  const verdict = isMet(line) ? 'met' : 'missed';
  return `${label}: **${number(value)}${unit}** ${spread}; target ${sign} ${target.bound}${unit}: **${verdict}**`;
}

const megabytes = (bytes: number) => Math.round(bytes / 2 ** 20);

/** Three figures that mean something. */
function number(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}
