// How well what was found in a heap agrees with what a detector measured: growth before all, then who allocates, how many there are, and size.
import type { Candidate } from './candidates.js';
import type { HeapHints, SourcePlace, SuspectScore } from './heap-analysis.js';
import type { HeapView } from './heap-view.js';
import type { Holder } from './holders.js';

export interface Draft extends Omit<Candidate, 'holder' | 'name' | 'container'> {
  name: string;
  /** Name of the function, where the objects are functions. */
  function: string;
  holder: Holder;
  place: SourcePlace | null;
}

/** The variables of a function say less than an object with a class that they hold, and are as large. */
const VARIABLES = 0.9;

type Allocating = NonNullable<HeapHints['functions']>;

/** The largest is often a cache that has been full for days: size decides where nothing else does. */
const WEIGHTS = { size: 0.5, growth: 3, count: 0.5, allocation: 1 };
/** Objects from which on there are many, by magnitude. */
const MANY_POWER = 5;
/** What the file alone says; functions are inlined into those that call them, in other files. */
const NEAR = 0.6;

/** How many of the candidates stand in the file of each function: the more, the less it says of one. */
export function countNear(drafts: readonly Draft[], functions: Allocating): number[] {
  return functions.map(({ file }) => drafts.filter((draft) => isNear(draft, file)).length);
}

export function scoreOf(view: HeapView, draft: Draft, { kind, growthBytes = 0, functions = [] }: HeapHints, nearby: readonly number[]): SuspectScore {
  const { bytes } = draft;
  const size = view.totalBytes === 0 ? 0 : Math.min(1, bytes / view.totalBytes);
  const isMeasured = growthBytes > 0;
  const growth = isMeasured ? Math.min(bytes, growthBytes) / Math.max(bytes, growthBytes) : null;
  const count = isMeasured ? Math.min(1, Math.log10(draft.count) / MANY_POWER) : null;
  // A sampling profile sees the heap of V8 alone.
  const isSampled = functions.length > 0 && (kind === undefined || kind === 'heap');
  const allocation = isSampled ? allocationOf(draft, functions, nearby) : null;
  const parts = { size, growth, count, allocation };
  let sum = 0;
  let weights = 0;
  for (const name of ['size', 'growth', 'count', 'allocation'] as const) {
    const value = parts[name];
    if (value === null) continue;
    sum += value * WEIGHTS[name];
    weights += WEIGHTS[name];
  }
  const total = (sum / weights) * (draft.name === 'system / Context' ? VARIABLES : 1);
  return { total, ...parts };
}

/** 1 where the heaviest function is the class's own constructor or the function itself, NEAR where it stands in the same file; less for lighter ones. */
function allocationOf(draft: Draft, functions: Allocating, nearby: readonly number[]): number {
  const most = Math.max(1, ...functions.map(({ bytes }) => bytes));
  let best = 0;
  for (const [i, { function: allocating, file, bytes }] of functions.entries()) {
    const isOwn = allocating !== '' && (allocating === draft.name || allocating === draft.function);
    const near = isNear(draft, file) ? NEAR / nearby[i] : 0;
    best = Math.max(best, (isOwn ? 1 : near) * (bytes / most));
  }
  return best;
}

const isNear = ({ place, holder }: Draft, file: string): boolean =>
  [place, holder.place].some((at) => at !== null && file !== '' && sameFile(at.file, file));

/** Profiles name files as URLs, or relative to the application. */
function sameFile(a: string, b: string): boolean {
  const plain = (file: string): string => file.replace(/^file:\/\//, '').replaceAll('\\', '/');
  const [long, short] = [plain(a), plain(b)].sort((x, y) => y.length - x.length);
  return long === short || long.endsWith(`/${short.replace(/^\.?\//, '')}`);
}
