// What came of all situations, as tables for people.
import type { Machine } from '../../bench/machine.js';
import { BYTES_PER_MIB } from '../../src/core/units.js';
import { type Column, textTable } from '../../src/report/text-table.js';
import { SHAPE_NAMES } from './shapes.js';
import type { Judged, Measured, Outcome } from './situation.js';

const WIDTH = 160;

const left = (title: string): Column => ({ title, align: 'left' });
const right = (title: string): Column => ({ title, align: 'right' });

/** remark: why no situation was real; empty: some were. */
export function admissionText(machine: Machine, node: string, judged: readonly Judged[], remark: string): string {
  const lines = [`${machine.cpu}, ${machine.cores} cores, ${machine.platform} ${machine.arch}, Node.js ${node}, ${machine.date}`];
  if (machine.warning !== '') lines.push(`WARNING: ${machine.warning}`);
  if (remark !== '') lines.push(`simulated only: ${remark}`);
  lines.push('', ...sumTable(judged), '', ...shapeTable(judged));
  const odd = judged.filter(({ outcome }) => outcome === 'failed' || outcome === 'killed' || outcome === 'lost');
  if (odd.length > 0) lines.push('', ...odd.map(remarkOf));
  return `${lines.join('\n')}\n`;
}

/** Kills and files of no bytes: what must not be. */
export const faultsOf = (judged: readonly Judged[]): number =>
  judged.reduce((sum, { outcome, emptyFiles }) => sum + emptyFiles + (outcome === 'killed' ? 1 : 0), 0);

function sumTable(judged: readonly Judged[]): string[] {
  const columns = [left(''), right('situations'), right('kills'), right('empty files'), right('half files'), right('taken'), right('lost')];
  columns.push(right('refused'), right('rightly'), right('too careful'), right('not known'), right('failed'));
  const row = (title: string, of: readonly Judged[]): string[] => {
    const count = (outcome: Outcome): number => of.filter((one) => one.outcome === outcome).length;
    const refusals = (isRight: boolean | null): number => of.filter((one) => one.outcome === 'refused' && one.isRefusalRight === isRight).length;
    const sum = (name: 'emptyFiles' | 'halfFiles'): number => of.reduce((total, one) => total + one[name], 0);
    const figures = [of.length, count('killed'), sum('emptyFiles'), sum('halfFiles'), count('taken'), count('lost'), count('refused')];
    return [title, ...[...figures, refusals(true), refusals(false), refusals(null), count('failed')].map(String)];
  };
  const real = judged.filter(({ isReal }) => isReal);
  const simulated = judged.filter(({ isReal }) => !isReal);
  return textTable(columns, [row('real', real), row('simulated', simulated), row('all', judged)], WIDTH);
}

/** Least and most of what was measured, by the heap's shape. */
function shapeTable(judged: readonly Judged[]): string[] {
  const columns = [left('real heaps'), right('measured'), right('MiB'), right('large objects'), right('memory ÷ heap'), right('of predicted')];
  columns.push(right('file ÷ heap'), right('standstill, ms a MiB'));
  const rows = SHAPE_NAMES.flatMap((shape) => {
    const found = judged.flatMap(({ situation, isReal, measured }) => (isReal && situation.shape === shape && measured !== null ? [measured] : []));
    if (found.length === 0) return [];
    const range = (of: (one: Measured) => number, digits: number): string => {
      const values = found.map(of);
      return `${Math.min(...values).toFixed(digits)} – ${Math.max(...values).toFixed(digits)}`;
    };
    return [
      [
        shape,
        String(found.length),
        range(({ usedBytes }) => usedBytes / BYTES_PER_MIB, 0),
        range(({ largeRatio }) => largeRatio, 2),
        range(({ spikeBytes, usedBytes }) => spikeBytes / usedBytes, 1),
        range(({ spikeBytes, predictedBytes }) => spikeBytes / predictedBytes, 2),
        range(({ fileBytes, usedBytes }) => fileBytes / usedBytes, 1),
        range(({ pauseMs, usedBytes }) => (pauseMs / usedBytes) * BYTES_PER_MIB, 0),
      ],
    ];
  });
  return rows.length === 0 ? ['  no heap was measured'] : textTable(columns, rows, WIDTH);
}

function remarkOf({ situation, isReal, outcome, reason }: Judged): string {
  const { shape, heapMib, leftMib, diskMib } = situation;
  const disk = diskMib === null ? '' : `, ${diskMib.toFixed(0)} MiB of disk`;
  return `  ${isReal ? 'real' : 'simulated'}, ${shape}, ${heapMib.toFixed(0)} MiB with ${leftMib.toFixed(0)} MiB left${disk}: ${outcome} ${reason}`;
}
