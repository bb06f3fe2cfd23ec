// A heap analysis as text for people: suspects first, then growth, then constructors.
import { basename } from 'node:path';
import { formatBytes } from '../core/units.js';
import type { ConstructorFigures, HeapAnalysis, HeapGrowth, HeapSuspect, SourcePlace } from '../heap/heap-analysis.js';
import { type Column, printable, textTable, wrapped } from '../report/text-table.js';

export interface HeapTextOptions {
  /** Rows of a table. */
  rows: number;
  /** Characters a line. */
  width: number;
  colour: boolean;
}

/** Ends with a line break. */
export function renderHeap(analysis: HeapAnalysis, { rows, width, colour }: HeapTextOptions): string {
  const bold = (text: string): string => (colour ? `\u001b[1m${text}\u001b[22m` : text);
  const lines = [
    `${bold(printable(basename(analysis.file)))}  ${formatBytes(analysis.totalBytes)} in ${analysis.nodes} nodes, ${analysis.edges} edges`,
    `analysed in ${(analysis.took.totalMs / 1000).toFixed(1)} s`,
  ];
  const section = (title: string, body: readonly string[]): void => {
    if (body.length > 0) lines.push('', bold(title), ...body);
  };
  const none = '  none: nothing holds many objects of a class that are 3 % of the heap by themselves';
  section('suspects', analysis.suspects.length === 0 ? [none] : analysis.suspects.flatMap(suspectLines));
  if (analysis.growth !== null) growthSections(analysis.growth, rows, width, section);
  section(
    `constructors by retained size${shown(rows, analysis.constructors.length + analysis.constructorsLeftOut)}`,
    constructorLines(analysis, rows, width),
  );
  return `${lines.join('\n')}\n`;
}

function suspectLines(suspect: HeapSuspect, index: number): string[] {
  const { score } = suspect;
  const part = (name: string, value: number | null): string => (value === null ? '' : `, ${name} ${value.toFixed(2)}`);
  return [
    `  ${index + 1}. ${printable(suspect.sentence)}`,
    `     score ${score.total.toFixed(2)}: size ${score.size.toFixed(2)}${part('growth', score.growth)}${part('count', score.count)}${part('allocation', score.allocation)}`,
    ...suspect.retainers.map((hop, depth) => `     ${'  '.repeat(Math.min(depth, 10))}${printable(hop)}`),
  ];
}

const CONSTRUCTOR_COLUMNS: Column[] = [
  { title: 'constructor', align: 'left' },
  { title: 'count', align: 'right' },
  { title: 'own', align: 'right' },
  { title: 'retained', align: 'right' },
  { title: 'of heap', align: 'right' },
];

function constructorLines({ constructors, totalBytes }: HeapAnalysis, rows: number, width: number): string[] {
  const cells = constructors
    .slice(0, rows)
    .map((each: ConstructorFigures) => [
      `${printable(each.name)}${placeText(each.place)}`,
      String(each.count),
      formatBytes(each.shallowBytes),
      formatBytes(each.retainedBytes),
      `${((100 * each.retainedBytes) / totalBytes).toFixed(1)} %`,
    ]);
  return textTable(CONSTRUCTOR_COLUMNS, cells, width);
}

const right = (title: string): Column => ({ title, align: 'right' });
const GROWTH_COLUMNS: Column[] = [{ title: 'constructor', align: 'left' }, ...['came', 'went', 'net', 'came', 'went', 'net'].map(right)];
const NET_COLUMNS: Column[] = [{ title: 'constructor', align: 'left' }, ...['net', 'net bytes'].map(right)];

function growthSections(growth: HeapGrowth, rows: number, width: number, section: (title: string, body: readonly string[]) => void): void {
  const { comparableById } = growth;
  const cells = growth.constructors.slice(0, rows).map((each) => {
    const net = [signed(each.netCount, String), signed(each.netBytes, formatBytes)];
    if (each.addedCount === null) return [printable(each.name), ...net];
    const { addedCount, removedCount, addedBytes, removedBytes } = each;
    const bytes = [addedBytes, removedBytes].map((value) => formatBytes(value ?? 0));
    return [printable(each.name), String(addedCount), String(removedCount), net[0], ...bytes, net[1]];
  });
  section(`growth since ${printable(basename(growth.file))}: ${signed(growth.netBytes, formatBytes)}${shown(rows, growth.constructors.length)}`, [
    ...(comparableById ? [] : notComparable(growth, width)),
    ...(cells.length > 0 ? textTable(comparableById ? GROWTH_COLUMNS : NET_COLUMNS, cells, width) : ['  nothing came and nothing went']),
  ]);
}

const shown = (rows: number, all: number): string => (all > rows ? `, ${rows} of ${all}` : '');
const signed = (value: number, text: (value: number) => string): string => `${value > 0 ? '+' : ''}${text(value)}`;
const placeText = (place: SourcePlace | null): string => (place === null ? '' : ` ${printable(basename(place.file))}:${place.line}`);

const notComparable = ({ sharedIds, differingIds }: HeapGrowth, width: number): string[] =>
  wrapped(
    `not comparable by object id: of the ${sharedIds} ids that both have, ${differingIds} name something else in each. They are of two processes, or a session of the inspector ended between them. ` +
      'Net figures are exact; what came and what went is not known, and suspects are those of the whole later snapshot.',
    width,
    '  ',
  );
