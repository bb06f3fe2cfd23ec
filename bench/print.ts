// Rows as a table for people or one JSON document for scripts.
import type { Machine } from './machine.js';
import type { Bound, Row } from './row.js';

/** The document of `--json`. */
export interface BenchDocument {
  schema: 'pitot.bench/1';
  /** True: a smoke run, whose figures are not to be used. */
  quick: boolean;
  machine: Machine;
  rows: Row[];
}

export function printDocument(document: BenchDocument, json: boolean): void {
  process.stdout.write(json ? `${JSON.stringify(document, null, 2)}\n` : tableOf(document));
}

function tableOf({ quick, machine, rows }: BenchDocument): string {
  const header = ['what', 'measured', 'must reach', '', 'peers, measured beside'];
  const cells = rows.map((row) => [
    `${row.bench}: ${row.name}`,
    figure(row.value, row.unit),
    row.bound === null ? '' : boundText(row.bound, row.unit),
    row.reached === null ? '' : row.reached ? 'reached' : 'MISSED',
    row.peers.map((peer) => `${peer.name} ${figure(peer.value, row.unit)}`).join(', '),
  ]);
  const widths = header.map((_, column) => Math.max(...[header, ...cells].map((line) => line[column].length)));
  const line = (texts: string[]): string =>
    texts
      .map((text, column) => (column === 1 ? text.padStart(widths[1]) : text.padEnd(widths[column])))
      .join('  ')
      .trimEnd();
  const body = cells.flatMap((texts, i) => [line(texts), ...(rows[i].note === '' ? [] : [`    ${rows[i].note}`])]);
  return `${[
    `${machine.cpu}, ${machine.cores} cores, ${machine.platform} ${machine.arch}, Node ${machine.node}, ${machine.date}`,
    ...(machine.warning === '' ? [] : [`WARNING: ${machine.warning}`]),
    ...(quick ? ['WARNING: --quick: a smoke run, not for publishing'] : []),
    '',
    line(header),
    line(widths.map((width) => '-'.repeat(width))),
    ...body,
  ].join('\n')}\n`;
}

const SIGNS: Record<Bound['kind'], string> = { 'at-most': '≤', 'at-least': '≥', exactly: '=' };

const boundText = (bound: Bound, unit: string): string => `${SIGNS[bound.kind]} ${figure(bound.value, unit)}`;

/** Three significant digits; counts in full. */
function figure(value: number, unit: string): string {
  const text = Number.isInteger(value) ? String(value) : Math.abs(value) >= 1000 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
  return unit === '×' ? `${text}${unit}` : `${text} ${unit}`.trimEnd();
}
