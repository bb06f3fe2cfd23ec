// The CPU profile and the stalls of a run as text for people.
import { formatNs, msToNs } from '../core/units.js';
import { nameOf } from './name-of.js';
import type { RunStall, RunSummary } from './report-types.js';
import { type Column, cut, printable, textTable, wrapped } from './text-table.js';
import { whyNoProfile } from './why-no-profile.js';

/** Rows a table shows. */
const FUNCTIONS_SHOWN = 10;
const PATHS_SHOWN = 10;
const STALLS_SHOWN = 10;
const INDENT = '    ';

/** Its figures, or why there is none. */
export function cpuLines(run: RunSummary): string[] {
  const { cpu } = run;
  if (cpu === null || cpu.samples === 0) return [`  none: ${printable(whyNoProfile(run) ?? '')}`];
  const { covers, busyMs } = cpu;
  const core =
    covers && covers.durationMs > 0
      ? `, ${percent(busyMs / covers.durationMs)} of a core over ${covers.windows === 1 ? '1 window' : `${grouped(covers.windows)} windows`}`
      : '';
  return [
    `  ${formatNs(msToNs(busyMs))} busy${core}`,
    `  ${grouped(cpu.samples)} samples, idle ones included; garbage collection ${percent(cpu.gcRatio)}, native ${percent(cpu.programRatio)}`,
  ];
}

const FUNCTION_COLUMNS: readonly Column[] = [
  { title: 'function', align: 'left' },
  { title: 'self', align: 'right' },
  { title: 'total', align: 'right' },
];

/** The place stands behind the name, so that one column takes what the width leaves. */
export function functionLines({ cpu }: RunSummary, width: number): string[] {
  if (cpu === null || cpu.top.length === 0) return [];
  const rows = cpu.top.slice(0, FUNCTIONS_SHOWN).map((row) => [placeOf(row), percent(row.selfRatio), percent(row.totalRatio)]);
  return textTable(FUNCTION_COLUMNS, rows, width);
}

const PATH_COLUMNS: readonly Column[] = [
  { title: 'path', align: 'left' },
  { title: 'CPU', align: 'right' },
  { title: 'share', align: 'right' },
  { title: 'samples', align: 'right' },
  { title: 'exact', align: 'right' },
];

/** The heaviest paths, what the others come to, and `(unattributed)` last: the rows add up to the CPU time. */
export function cpuPathLines({ cpu }: RunSummary, width: number): string[] {
  if (cpu === null || cpu.byPath.length === 0) return [];
  const named = cpu.byPath.slice(0, -1);
  const rest = cpu.byPath[cpu.byPath.length - 1];
  const others = named.slice(PATHS_SHOWN);
  const row = (name: string, paths: typeof named): string[] => {
    const sum = (of: (path: (typeof named)[number]) => number): number => paths.reduce((total, path) => total + of(path), 0);
    return [
      name,
      formatNs(msToNs(sum((path) => path.cpuMs))),
      percent(sum((path) => path.ratio)),
      grouped(sum((path) => path.samples)),
      grouped(sum((path) => path.syncSamples)),
    ];
  };
  const rows = [
    ...named.slice(0, PATHS_SHOWN).map((path) => row(nameOf(path.name, path.labels), [path])),
    ...(others.length > 0 ? [row(`${grouped(others.length)} more`, others)] : []),
    row(nameOf(rest.name, rest.labels), [rest]).with(-1, ''),
  ];
  return textTable(PATH_COLUMNS, rows, width);
}

/** Two or three lines a stall: what it was, who is to blame, why it is called so. Those going on first, then the longest. */
export function stallLines(run: Pick<RunSummary, 'stalls' | 'processes'>, width: number): string[] {
  const stalls = [...run.stalls].sort((a, b) => Number(b.ongoing) - Number(a.ongoing) || b.durationMs - a.durationMs);
  const lines = stalls
    .slice(0, STALLS_SHOWN)
    .flatMap((stall) => [
      cut(
        `  ${clock(stall.startAt)}  ${formatNs(msToNs(stall.durationMs))} ${stall.ongoing ? 'so far, ' : ''}${printable(stall.verdict)}, ${threadOf(run, stall)}`,
        width,
      ),
      ...(stall.top.length > 0 ? [cut(`${INDENT}in ${placeOf(stall.top[0])}`, width)] : []),
      ...wrapped(stall.reason, width, INDENT),
    ]);
  return stalls.length > STALLS_SHOWN ? [...lines, `  … and ${grouped(stalls.length - STALLS_SHOWN)} more`] : lines;
}

/** The number of shown stalls, for a heading. */
export const stallsShown = (count: number): string => (count > STALLS_SHOWN ? ` (top ${STALLS_SHOWN} of ${grouped(count)})` : '');

function threadOf({ processes }: Pick<RunSummary, 'processes'>, { thread, process }: RunStall): string {
  return printable(process === undefined ? thread : `${thread} of pid ${processes[process]?.pid}`);
}

function placeOf({ function: name, file, line }: { function: string; file: string; line: number }): string {
  return printable(`${name}${file === '' ? '' : ` (${file}${line > 0 ? `:${line}` : ''})`}`);
}

/** `2026-11-23 14:25:30`, or what stands there. */
const clock = (iso: string): string => printable(iso).replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d).*$/, '$1 $2');

const percent = (ratio: number): string => `${Number((ratio * 100).toPrecision(3))} %`;
const grouped = (value: number): string => String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ' ');
