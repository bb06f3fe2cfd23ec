// A diff as text for people: what changed beyond noise first, and how much did not.
import { formatNs } from '../core/units.js';
import type { SideFigures } from '../flame/diff/diff.js';
import { nameOf, PATH_RATIO_MIN, PERCENTILES, type Percentile } from './diff-reports.js';
import type { DiffReport, JudgedFunction, JudgedPath, JudgedShare, Verdict } from './judge-diff.js';
import type { TextOptions } from './text-report.js';
import { type Column, cut, printable, textTable } from './text-table.js';

/** Rows a table shows. */
const ROWS_SHOWN = 30;
const NAMES_SHOWN = 5;
/** From so many characters a line on, time a second is shown as well. */
const WIDE = 110;

/** Renders a diff; ends with a line break. Lines fit the width, from 80 characters on; only a single long word may not. */
export function renderDiff(diff: DiffReport, { width, colour }: TextOptions): string {
  const bold = (text: string): string => (colour ? `\u001b[1m${text}\u001b[22m` : text);
  const lines = [
    cut(`before  ${printable(diff.before)}`, width),
    cut(`after   ${printable(diff.after)}`, width),
    ...(diff.cpu === null
      ? []
      : [...sideLines('before', diff.cpu.before), ...sideLines('after', diff.cpu.after)].flatMap((line) => wrapped(line, width))),
    ...(diff.windows === null ? [] : [`  paths ${plural(diff.windows.before, 'window')} before, ${plural(diff.windows.after, 'window')} after`]),
  ];
  const self = tableOf(diff, 'self', width);
  const total = tableOf(diff, 'total', width);
  const paths = pathTable(diff, width);
  lines.push('', bold('changes'));
  if (self.length + total.length + paths.length === 0) lines.push('  none');
  lines.push(...[self, total, paths].filter((table) => table.length > 0).flatMap((table, i) => (i === 0 ? table : ['', ...table])));
  lines.push('', ...quietLines(diff).flatMap((line) => wrapped(line, width)));
  lines.push(...listLine('paths only before', diff.pathsGone, width), ...listLine('paths only after', diff.pathsAdded, width));
  if (diff.notes.length > 0) lines.push('', ...diff.notes.flatMap((note) => wrapped(`note: ${printable(note)}`, width)));
  return `${lines.join('\n')}\n`;
}

function sideLines(name: string, { profiles, samples, busyMs, wallMs, blocks, block, blockSamples }: SideFigures): string[] {
  const what = block === 'window' ? `${blocks} windows` : `${blocks} blocks of ${Math.round(blockSamples)} ${block}`;
  return [
    `  ${name}: cpu ${(busyMs / 1000).toFixed(1)} s in ${(wallMs / 1000).toFixed(1)} s; ${samples} samples, ${plural(profiles, 'profile')}, ${what}`,
  ];
}

type Measure = 'self' | 'total';

function tableOf(diff: DiffReport, measure: Measure, width: number): string[] {
  // A function whose self time changed is not told twice.
  const isShown = (it: JudgedFunction): boolean => {
    const isSelf = it.self !== null && isFinding(it.self.verdict);
    return measure === 'self' ? isSelf : !isSelf && it.total !== null && isFinding(it.total.verdict);
  };
  const found = diff.functions.filter(isShown);
  if (found.length === 0) return [];
  const wide = width >= WIDE;
  const title = measure === 'self' ? 'self time' : 'total time, calls included';
  const columns = [
    ...(wide ? ['before ms/s', 'after ms/s'] : []),
    'before %',
    'after %',
    'change',
    `${percentOf(1 - diff.level)} % interval`,
    'verdict',
  ].map((name): Column => ({ title: name, align: 'right' }));
  const rows = found.slice(0, ROWS_SHOWN).map((it) => {
    const share = it[measure] as JudgedShare;
    return [
      printable(it.file === '' ? it.function : `${it.function} ${it.file}`),
      ...(wide ? [share.beforeMsPerS.toFixed(1), share.afterMsPerS.toFixed(1)] : []),
      (share.before * 100).toFixed(1),
      (share.after * 100).toFixed(1),
      signed(share.change),
      `${signed(share.low)}…${signed(share.high)}`,
      share.verdict,
    ];
  });
  return [...textTable([{ title, align: 'left' }, ...columns], rows, width), ...more(found.length)];
}

function pathTable({ paths, level }: DiffReport, width: number): string[] {
  const found = paths.flatMap((path) =>
    (Object.keys(PERCENTILES) as Percentile[]).filter((name) => isFinding(path.percentiles[name].verdict)).map((name) => ({ path, name })),
  );
  if (found.length === 0) return [];
  const columns = ['', 'before', 'after', 'change', `${percentOf(1 - level)} % interval`, 'verdict'].map(
    (title): Column => ({ title, align: 'right' }),
  );
  const rows = found.slice(0, ROWS_SHOWN).map(({ path, name }) => {
    const { beforeNs, afterNs, ratio, low, high, verdict } = path.percentiles[name];
    const interval = low === null || high === null ? '' : `${growth(low)}…${growth(high)}`;
    return [printable(nameOf(path)), name, formatNs(beforeNs), formatNs(afterNs), `${growth(ratio)} %`, interval, verdict];
  });
  return [...textTable([{ title: 'path', align: 'left' }, ...columns], rows, width), ...more(found.length)];
}

/** What is no change, and what was not asked. */
function quietLines({ functions, paths, cpu, typicalPath }: DiffReport): string[] {
  const count = (list: readonly (JudgedFunction | JudgedPath)[], verdict: Verdict): number => list.filter((it) => it.verdict === verdict).length;
  const shifted = count(functions, 'shifted');
  const fewCalls = count(paths, 'unjudged');
  return [
    `${plural(count(functions, 'noise'), 'function')} and ${plural(count(paths, 'noise'), 'path')} changed within noise`,
    ...(shifted > 0 ? [`${plural(shifted, 'function')} changed in share only: the time around ${shifted === 1 ? 'it' : 'them'} did`] : []),
    ...typicalLines(typicalPath),
    ...(fewCalls > 0 ? [`${plural(fewCalls, 'path')} had too few calls to ask`] : []),
    ...(cpu === null
      ? ['functions not compared: no CPU profile on both sides']
      : cpu.unjudged === ''
        ? []
        : [`functions not compared: ${cpu.unjudged}`]),
  ];
}

/** All paths together follow the machine, its load, or the process as a whole: that is told, but blamed on none of them. */
function typicalLines(typical: DiffReport['typicalPath']): string[] {
  const moved = (Object.keys(PERCENTILES) as Percentile[]).filter(
    (name) => typical !== null && Math.abs(Math.log(typical[name])) > Math.log1p(PATH_RATIO_MIN),
  );
  if (typical === null || moved.length === 0) return [];
  return [
    `the typical path moved: ${moved.map((name) => `${name} ${growth(typical[name])} %`).join(', ')}; only paths that moved apart from it are changes`,
  ];
}

function listLine(title: string, names: readonly string[], width: number): string[] {
  if (names.length === 0) return [];
  const rest = names.length > NAMES_SHOWN ? `, … and ${names.length - NAMES_SHOWN} more` : '';
  return [cut(`${title}: ${names.slice(0, NAMES_SHOWN).map(printable).join(', ')}${rest}`, width)];
}

/** Breaks a line at spaces; what follows is indented. A word that is longer stays whole. */
function wrapped(line: string, width: number): string[] {
  const lines = [''];
  for (const word of line.split(/(?<=\S) /)) {
    const last = lines[lines.length - 1];
    if (last === '') lines[lines.length - 1] = word;
    else if ([...last].length + 1 + [...word].length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`    ${word}`);
  }
  return lines;
}

const isFinding = (verdict: Verdict): boolean => verdict === 'slower' || verdict === 'faster';
const more = (count: number): string[] => (count > ROWS_SHOWN ? [`  … and ${count - ROWS_SHOWN} more`] : []);
const percentOf = (ratio: number): string => String(Number((ratio * 100).toFixed(1)));
const signed = (ratio: number): string => `${ratio > 0 ? '+' : ''}${(ratio * 100).toFixed(1)}`;
/** A ratio as change in whole percent: 1.25 is +25. */
const growth = (ratio: number): string => `${ratio >= 1 ? '+' : ''}${((ratio - 1) * 100).toFixed(0)}`;
const plural = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;
