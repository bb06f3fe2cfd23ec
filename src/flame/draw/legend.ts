// What the colours of a drawing stand for, and where the time went by colour: the first answer, before any frame is read.
import type { FrameKind } from '../profile.js';
import { oneLine } from './canvas/fit-text.js';
import type { DrawnNode, DrawnTree } from './drawn-tree.js';
import { formatUs } from './frame-text.js';
import { CHANGE_STEPS, inkOfFrame } from './inks.js';
import { formatCount, formatRatio } from './page/figures.js';

export interface LegendItem {
  /** Swatches, left to right. */
  inks: string[];
  text: string;
}

/** Packages named one by one, by self time, if they have at least this part of it; the others are counted. */
const PACKAGES_NAMED = 6;
const NAMED_RATIO_MIN = 0.005;
const PACKAGE_CHARS_MAX = 40;
const KIND_NAMES: [FrameKind, string][] = [
  ['user', 'your code'],
  ['core', 'node:'],
  ['native', 'native'],
  ['wasm', 'wasm'],
  ['gc', 'garbage collector'],
  ['program', 'program'],
  ['idle', 'idle'],
];

/** Shares of self time by colour; of a difference, the scale of its colours. */
export function legendOf(tree: DrawnTree): LegendItem[] {
  if (tree.isDiff) return changeLegend();
  const byKind = new Map<string, number>();
  const byPackage = new Map<string, number>();
  for (const { frame, selfUs } of tree.nodes) {
    const [sums, key] = frame.kind === 'package' ? [byPackage, frame.package] : [byKind, frame.kind];
    sums.set(key, (sums.get(key) ?? 0) + selfUs);
  }
  const wholeUs = tree.root.totalUs;
  const share = (us: number): string => formatRatio(wholeUs > 0 ? us / wholeUs : 0);
  const kinds = KIND_NAMES.filter(([kind]) => (byKind.get(kind) ?? 0) > 0).map(([kind, name]) => ({
    inks: [kind],
    text: `${name} ${share(byKind.get(kind) as number)}`,
  }));
  const packages = [...byPackage].filter(([, us]) => us > 0).sort(([a, aUs], [b, bUs]) => bUs - aUs || (a < b ? -1 : 1));
  const nameable = packages.slice(0, PACKAGES_NAMED).filter(([, us]) => us >= NAMED_RATIO_MIN * wholeUs);
  const named = nameable.map(([name, us]) => ({
    inks: [inkOfFrame({ kind: 'package', package: name })],
    text: `${oneLine(name).slice(0, PACKAGE_CHARS_MAX)} ${share(us)}`,
  }));
  const others = packages.slice(nameable.length);
  const othersUs = others.reduce((sum, [, us]) => sum + us, 0);
  const rest =
    others.length > 0
      ? [{ inks: [], text: `${formatCount(others.length)} ${others.length === 1 ? 'other package' : 'other packages'} ${share(othersUs)}` }]
      : [];
  const first = kinds[0]?.inks[0] === 'user' ? kinds.splice(0, 1) : [];
  return [...first, ...named, ...rest, ...kinds];
}

function changeLegend(): LegendItem[] {
  const steps = Array.from({ length: CHANGE_STEPS }, (_, index) => index + 1);
  return [
    { inks: [...steps].reverse().map((step) => `less-${step}`), text: 'takes less time' },
    { inks: ['noise'], text: 'no more than noise' },
    { inks: steps.map((step) => `more-${step}`), text: 'takes more time' },
  ];
}

/** What a reader must know before the widths are compared; `shown` is the tree as drawn, small frames put together. */
export function notesOf(tree: DrawnTree, shown: DrawnTree): string[] {
  const notes: string[] = [];
  if (tree.isDiff) notes.push('width: the larger of before and after, so that what is gone can be seen');
  else notes.push('width: total time; shares above: self time');
  if (tree.idleUs > 0) notes.push(`${formatUs(tree.idleUs)} idle left out`);
  if (tree.folded) notes.push(recursionNote(tree));
  const small = shown.nodes.reduce((sum, node) => sum + (node.kind === 'small' ? node.count : 0), 0);
  if (small > 0) notes.push(`${formatCount(small)} small ${small === 1 ? 'frame is' : 'frames are'} put together, in grey`);
  return notes;
}

function recursionNote(tree: DrawnTree): string {
  const most = tree.nodes.reduce<DrawnNode | null>((best, node) => (node.kind === 'frame' && node.count > (best?.count ?? 1) ? node : best), null);
  const deeper = tree.nodes.some((node) => node.kind === 'deeper');
  const parts: string[] = [];
  if (most !== null) parts.push('deep recursion is folded, × says how many calls into one block');
  if (deeper) parts.push('frames deeper than the last row are in one block');
  return parts.join(', ');
}
