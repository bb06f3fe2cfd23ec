// How well what was found in a heap agrees with what a detector measured: growth before all, then who allocates, how many there are, and size.
import type { Candidate } from './candidates.js';
import type { AllocatingHint, HeapHints, SourcePlace, SuspectScore } from './heap-analysis.js';
import type { HeapView } from './heap-view.js';
import type { Holder } from './holders.js';

export interface Draft extends Omit<Candidate, 'holder' | 'name' | 'container'> {
  name: string;
  /** Name of the function, where the objects are functions. */
  function: string;
  /** Classes of the objects between what holds them and them. */
  owners: readonly string[];
  holder: Holder;
  place: SourcePlace | null;
}

/** The variables of a function say less than an object with a class that they hold, and are as large. */
const VARIABLES = 0.8;

/** The largest is often a cache that has been full for days: size decides where nothing else does. A class's own function tells as much as its growth. */
const WEIGHTS = { size: 0.5, growth: 3, count: 0.5, allocation: 3 };
/** Objects from which on there are many, by magnitude. */
const MANY_POWER = 5;
/** What agrees with the least growth that was seen, while more may have come before. */
const LEAST_AGREES = 0.85;
/** What the file alone says; functions are inlined into those that call them, in other files. */
const NEAR = 0.1;
/** The same against it. */
const QUIET_NEAR = 0.5;

/** How many of the candidates stand in the file of each function: the more, the less it says of one. */
export function countNear(drafts: readonly Draft[], functions: readonly AllocatingHint[]): number[] {
  return functions.map(({ file }) => drafts.filter((draft) => isNear(draft, file)).length);
}

export function scoreOf(view: HeapView, draft: Draft, hints: HeapHints, nearby: readonly number[]): SuspectScore {
  const { kind, growthBytes = 0, growthBytesMin = growthBytes, functions = [], quietFunctions = [] } = hints;
  const size = view.totalBytes === 0 ? 0 : Math.min(1, draft.bytes / view.totalBytes);
  const isMeasured = growthBytes > 0;
  const growth = isMeasured ? agreement(draft.bytes, Math.min(growthBytesMin, growthBytes), growthBytes) : null;
  const count = isMeasured ? Math.min(1, Math.log10(draft.count / (draft.within?.holders ?? 1)) / MANY_POWER) : null;
  // A sampling profile sees the heap of V8 alone.
  const isSampled = functions.length + quietFunctions.length > 0 && (kind === undefined || kind === 'heap');
  const allocation = isSampled ? allocationOf(draft, functions, nearby, quietFunctions) : null;
  const parts = { size, growth, count, allocation };
  let sum = 0;
  let weights = 0;
  for (const name of ['size', 'growth', 'count', 'allocation'] as const) {
    const value = parts[name];
    if (value === null) continue;
    sum += value * WEIGHTS[name];
    weights += WEIGHTS[name];
  }
  const total = (Math.max(0, sum) / weights) * (draft.name === 'system / Context' ? VARIABLES : 1);
  return { total, ...parts };
}

/** Between the least and the most it agrees, and a little more where caches explain less of the growth; outside less, the farther the less. */
function agreement(bytes: number, least: number, most: number): number {
  if (bytes > most) return most / bytes;
  if (bytes < least) return ((least === most ? 1 : LEAST_AGREES) * bytes) / least;
  return least === most ? 1 : LEAST_AGREES + ((1 - LEAST_AGREES) * (bytes - least)) / (most - least);
}

/** 1 where the heaviest function is the class's own constructor or the function itself, NEAR where it stands in the same file; less for lighter ones. What does not leak counts against it. */
function allocationOf(draft: Draft, functions: readonly AllocatingHint[], nearby: readonly number[], quiet: readonly AllocatingHint[]): number {
  const most = Math.max(1, ...functions.map(({ bytes }) => bytes));
  let best = 0;
  for (const [i, made] of functions.entries()) {
    const near = isNear(draft, made.file) ? NEAR / nearby[i] : 0;
    best = Math.max(best, (isOwn(draft, made) ? 1 : near) * (made.bytes / most));
  }
  return functions.some((made) => isOwn(draft, made)) ? best : best - quietRatio(draft, quiet, best > 0);
}

/** How much of what is held comes from functions that do not leak. A constructor that is inlined has some old objects of its own: they are not most of them. */
function quietRatio(draft: Draft, quiet: readonly AllocatingHint[], hasLeakNear: boolean): number {
  let own = 0;
  let near = 0;
  for (const made of quiet) {
    if (isOwn(draft, made)) own += made.bytes;
    else if (!hasLeakNear && isNear(draft, made.file)) near += made.bytes;
  }
  return Math.min(1, own / draft.bytes + QUIET_NEAR * Math.min(1, near / draft.bytes));
}

/** The function is the class's constructor, that of an object which has one of the class, or the object itself. */
function isOwn({ name, function: own, owners, place }: Draft, { function: made, file, inlined }: AllocatingHint): boolean {
  if (made === '' || inlined) return false;
  if (owners.includes(made)) return true;
  return (made === name || made === own) && (place === null || file === '' || sameFile(place.file, file));
}

const isNear = ({ place, holder }: Draft, file: string): boolean =>
  [place, holder.place].some((at) => at !== null && file !== '' && sameFile(at.file, file));

/** Profiles name files as URLs, or relative to the application. */
function sameFile(a: string, b: string): boolean {
  const plain = (file: string): string => file.replace(/^file:\/\//, '').replaceAll('\\', '/');
  const [long, short] = [plain(a), plain(b)].sort((x, y) => y.length - x.length);
  return long === short || long.endsWith(`/${short.replace(/^\.?\//, '')}`);
}
