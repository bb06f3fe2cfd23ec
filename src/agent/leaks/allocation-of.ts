// Who allocates what a snapshot shows: the heap sampler's functions, where they agree with the files of class and holder, and what the CPU profile knows of inlined ones.
import { functionKey } from '../../diagnose/leaks/age-capture.js';
import type { AgedFunction } from '../../diagnose/leaks/judge-ages.js';
import type { HeapSuspect } from '../../heap/heap-analysis.js';
import type { LeakAllocation } from '../../report/report-types.js';
import type { CallTable, SeenFunction } from './call-table.js';
import { type Names, placeOf } from './leak-names.js';

/** Functions that may be meant by the one that they were inlined into. */
const INLINED_MAX = 2;
/** Samples below a function in a constructor from which on it is told without a doubt: the one that leaks is another only if it was never seen to call it. */
const MAKER_SAMPLES_MIN = 5;
/** Part of the growth from which on a function is told that agrees with no suspect. */
const MOST_RATIO = 0.5;

/** A function with its files as the application knows them, and as V8 does. */
export interface PlacedFunction extends AgedFunction {
  raw: AgedFunction;
}

/** The end of a sentence; empty: not known, and no function has made most of what grows. */
export function allocatedIn(allocation: LeakAllocation | null, functions: readonly PlacedFunction[]): string {
  if (allocation === null) {
    const most = functions.find(({ ratio }) => ratio > MOST_RATIO);
    return most === undefined ? '' : `; most of what grows is allocated in ${placeOf(most)} or in what V8 inlined into it`;
  }
  const { inlined } = allocation;
  const made = `; allocated in ${placeOf(allocation)}`;
  if (inlined === undefined) return made;
  return inlined.length === 0
    ? `${made}, or in what V8 inlined into it`
    : `${made}, or in ${inlined.map(placeOf).join(' or ')}, which V8 may have inlined into it`;
}

export interface Known {
  found: readonly HeapSuspect[];
  functions: readonly PlacedFunction[];
  calls: CallTable;
  named: Names;
}

/**
 * Who allocates what is suspected: who calls the class's own constructor, else a function in a file of the class or the holder, else one that is called from
 * there, as those of Node.js are, else one that calls a function in there, which V8 may have inlined. None agrees: it is not known. What is less likely has its
 * constructor or nothing: the growth is the first one's, and so are the functions behind it.
 */
export function allocationOf(suspect: HeapSuspect, known: Known): LeakAllocation | null {
  const { found, functions, named } = known;
  const own = functions.find((it) => it.function !== '' && it.function === suspect.constructor);
  // V8 charges what a constructor makes to the constructor, whose name is told already.
  if (own !== undefined) return callerOfConstructor(own, suspect, known);
  if (suspect !== found[0]) return null;
  // A constructor of another suspect's class made that one.
  const others = functions.filter((it) => !found.some((other) => other.constructor === it.function));
  const isNear = nearnessTo(suspect, named);
  const near = others.find(isNear);
  if (near !== undefined) return allocation(near, near);
  const called = others.find(({ caller }) => caller !== undefined && (caller.function === suspect.constructor || isNear(caller)));
  if (called !== undefined) return allocation(called, called.caller ?? called);
  for (const it of others) {
    const { likely } = inlinedInto(it.raw, suspect, known);
    if (likely.length > 0) return allocation(it, it, likely);
    if (it.caller === undefined || it.raw.caller === undefined) continue;
    const besides = inlinedInto(it.raw.caller, suspect, known).likely;
    if (besides.length > 0) return allocation(it, it.caller, besides);
  }
  return null;
}

function callerOfConstructor(own: PlacedFunction, suspect: HeapSuspect, known: Known): LeakAllocation {
  const { caller, raw } = own;
  if (raw.caller === undefined) return allocation(own, own);
  if (caller !== undefined && nearnessTo(suspect, known.named)(caller)) return allocation(own, caller);
  const { isMaker, onlyMaker, likely } = inlinedInto(raw.caller, suspect, known);
  if (onlyMaker !== null) return allocation(own, onlyMaker);
  // One of a package is told only for whom it calls.
  return caller === undefined ? allocation(own, own) : allocation(own, caller, isMaker ? undefined : likely);
}

/** What V8 may have inlined into a function. */
interface Inlined {
  /** Whether the function was seen to call the constructor of the class itself. */
  isMaker: boolean;
  /** The one function below it that was seen to call the constructor, several times, where it does not do so itself. */
  onlyMaker: SeenFunction | null;
  /** Functions below it that were, and then those that stand in the file of the class or the holder. */
  likely: SeenFunction[];
}

function inlinedInto(raw: SeenFunction, suspect: HeapSuspect, { found, functions, calls, named }: Known): Inlined {
  const isNear = nearnessTo(suspect, named);
  const { constructor: name, place } = suspect;
  const isConstructor = (it: SeenFunction): boolean => it.function === name && (place === null || named.file(it.file) === named.file(place.file));
  const makers: { seen: SeenFunction; samples: number }[] = [];
  const near: SeenFunction[] = [];
  for (const it of calls.below(raw)) {
    // What the heap sampler knows by itself is not inlined, or not only.
    if (found.some((other) => other.constructor === it.function) || functions.some((other) => functionKey(other.raw) === functionKey(it))) continue;
    const seen = { ...it, ...named.place(it) };
    const samples = calls.samplesTo(it, isConstructor);
    if (samples > 0) makers.push({ seen, samples });
    else if (isNear(seen)) near.push(seen);
  }
  const isMaker = calls.samplesTo(raw, isConstructor) > 0;
  const [only] = makers;
  return {
    isMaker,
    onlyMaker: !isMaker && makers.length === 1 && only.samples >= MAKER_SAMPLES_MIN ? only.seen : null,
    likely: [...makers.map(({ seen }) => seen), ...near],
  };
}

/** Whether something stands in the file of the class or the holder. */
function nearnessTo({ holderPlace, place }: HeapSuspect, named: Names): (it: { file: string }) => boolean {
  const files = [holderPlace, place].map((it) => (it === null ? '' : named.file(it.file)));
  return ({ file }) => file !== '' && files.includes(file);
}

const allocation = ({ ratio }: AgedFunction, { function: name, file, line }: SeenFunction, inlined?: readonly SeenFunction[]): LeakAllocation => ({
  function: name,
  file,
  line,
  ratio,
  ...(inlined === undefined ? {} : { inlined: inlined.slice(0, INLINED_MAX).map((it) => ({ function: it.function, file: it.file, line: it.line })) }),
});
