// What is written about a block of a flame graph: its name, its place in the source, its figures.
import { formatNs, NS_PER_US } from '../../core/units.js';
import { ANONYMOUS } from '../names/frame-name.js';
import type { Frame } from '../profile.js';
import { oneLine } from './canvas/fit-text.js';
import type { DrawnNode } from './drawn-tree.js';
import { formatCount, formatRatio } from './page/figures.js';

/** Characters of a name or a file in a tooltip. */
const TEXT_CHARS_MAX = 160;

export const formatUs = (us: number): string => (us === 0 ? '0 ms' : formatNs(us * NS_PER_US));

/** `fib ×4,990` for folded recursion, `(12 small)`, `(480 deeper)`; `all` for V8's own root. */
export function nameOf({ kind, frame, count, row }: Pick<DrawnNode, 'kind' | 'frame' | 'count' | 'row'>): string {
  if (row === 0 && frame.function === '(root)') return 'all';
  if (kind !== 'frame') return `(${formatCount(count)} ${kind})`;
  return count > 1 ? `${oneLine(frame.function)} ×${formatCount(count)}` : oneLine(frame.function);
}

/** A name with as much of its place as a reader needs: functions without a name are told apart by it. */
export function labelOf(node: DrawnNode): string {
  if (node.row === 0) return `${nameOf(node)} · ${formatUs(node.totalUs)}`;
  const { frame } = node;
  if (node.kind !== 'frame' || frame.function !== ANONYMOUS || frame.file === '') return nameOf(node);
  return `${nameOf(node)} ${placeOf({ file: frame.file.slice(frame.file.lastIndexOf('/') + 1), line: frame.line })}`;
}

/** `src/ledger.ts:12`, `node:fs`, empty for what has no file. */
export function placeOf({ file, line }: Pick<Frame, 'file' | 'line'>): string {
  return line > 0 && file !== '' ? `${oneLine(file)}:${line}` : oneLine(file);
}

/** Lines of a tooltip. Ratios are of the drawing's total, `wholeUs`; of a difference, of the time after. */
export function tooltipOf(node: DrawnNode, wholeUs: number, isDiff: boolean): string[] {
  const { frame, totalUs, selfUs, totalSamples } = node;
  const share = (us: number): string => `${formatUs(us)} (${formatRatio(wholeUs > 0 ? us / wholeUs : 0)})`;
  const place = cut(placeOf(frame));
  const lines = [cut(nameOf(node)) + (place === '' ? '' : `  ${place}`)];
  if (node.kind === 'small') lines.push('too narrow to be drawn one by one');
  if (node.kind === 'deeper') lines.push('below the last row');
  // Trees from reports carry no numbers of samples.
  const samples = totalSamples === 0 ? '' : `, ${formatCount(totalSamples)} ${totalSamples === 1 ? 'sample' : 'samples'}`;
  if (!isDiff) return [...lines, `total ${share(totalUs)}, self ${share(selfUs)}${samples}`];
  lines.push(`total ${formatUs(node.beforeTotalUs)} → ${formatUs(totalUs)}: ${changeOf(node.beforeTotalUs, totalUs)}`);
  lines.push(`self ${formatUs(node.beforeSelfUs)} → ${formatUs(selfUs)}: ${changeOf(node.beforeSelfUs, selfUs)}`);
  if (node.kind === 'frame' && !node.significant) lines.push('no more than noise');
  return lines;
}

/** `+1.20 ms (+50 %)`, `new`, `gone`, `no change`. */
export function changeOf(beforeUs: number, afterUs: number): string {
  if (beforeUs === afterUs) return 'no change';
  if (beforeUs === 0) return 'new';
  if (afterUs === 0) return 'gone';
  const deltaUs = afterUs - beforeUs;
  const sign = deltaUs > 0 ? '+' : '−';
  return `${sign}${formatUs(Math.abs(deltaUs))} (${sign}${formatRatio(Math.abs(deltaUs) / beforeUs)})`;
}

const cut = (text: string): string => (text.length > TEXT_CHARS_MAX ? `${text.slice(0, TEXT_CHARS_MAX - 1)}…` : text);
