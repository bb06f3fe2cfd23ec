// Functions that allocated much of what is alive, and do not leak: what they made is there, and does not grow.
import { type AgeCapture, type AllocatingFunction, functionKey } from './age-capture.js';
import type { AgedFunction, AgeKind } from './judge-ages.js';

export interface QuietFunction extends AllocatingFunction {
  /** Alive. */
  bytes: number;
}

/** Kinds that are known not to grow: of others too little is known. */
const QUIET: readonly AgeKind[] = ['front', 'step', 'mortal', 'turnover', 'dying', 'in-flight'];
/** Fewer samples tell nothing. */
const SAMPLES_MIN = 5;
/** Samples of the window, by as many as the time before had, from which on a function has not ceased. */
const CEASED_RATIO = 0.2;
const FUNCTIONS_MAX = 10;

export interface QuietQuestion {
  now: AgeCapture;
  /** Window of the growth. */
  fromMs: number;
  bornMs(ordinal: number): number;
  /** What was said of the functions with samples in the window. */
  judged: readonly AgedFunction[];
}

/** Those of the window whose ages speak against a leak, and those that made their objects before it and hardly any since. Most bytes first. */
export function quietFunctions({ now, fromMs, bornMs, judged }: QuietQuestion): QuietFunction[] {
  const kinds = new Map(judged.map((one) => [functionKey(one), one.kind]));
  const alive = now.functions.map(() => ({ before: 0, since: 0, bytes: 0, firstMs: Number.POSITIVE_INFINITY }));
  for (let i = 0; i < now.ordinals.length; i++) {
    const of = alive[now.functionOf[i]];
    const born = bornMs(now.ordinals[i]);
    of.bytes += now.sizes[i];
    of.firstMs = Math.min(of.firstMs, born);
    if (born < fromMs) of.before++;
    else of.since++;
  }
  const isQuiet = ({ before, since, firstMs }: (typeof alive)[number], kind: AgeKind | undefined): boolean => {
    if (kind !== undefined) return QUIET.includes(kind);
    // At the pace of the time before there would be so many in the window.
    const expected = (before * (now.atMs - fromMs)) / (fromMs - firstMs);
    return before >= SAMPLES_MIN && expected >= SAMPLES_MIN && since <= CEASED_RATIO * expected;
  };
  return now.functions
    .map((one, index) => ({ function: one.function, file: one.file, line: one.line, bytes: alive[index].bytes, of: alive[index] }))
    .filter(({ of, file, ...one }) => file !== '' && isQuiet(of, kinds.get(functionKey({ ...one, file }))))
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, FUNCTIONS_MAX)
    .map(({ of: _, ...one }) => one);
}
