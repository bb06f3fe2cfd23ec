// A verdict of the detector as reports tell it: wall clock, files as the application knows them, one sentence, the likeliest culprits.
import { formatBytes, MS_PER_S } from '../../core/units.js';
import type { AgedFunction } from '../../diagnose/leaks/judge-ages.js';
import type { LeakKind, LeakVerdict } from '../../diagnose/leaks/leak-verdict.js';
import { durationWords } from '../../diagnose/rules/durations.js';
import { nameFrame } from '../../flame/names/frame-name.js';
import type { HeapSuspect } from '../../heap/heap-analysis.js';
import type { Leak, LeakSuspect } from '../../report/report-types.js';

export interface LeakContext {
  cwd: string;
  /** Wall clock less monotonic clock, ms. */
  wallAheadMs: number;
  /** Of a snapshot that was taken for this kind; empty: there is none. */
  suspects: readonly HeapSuspect[];
  files: readonly string[];
}

const NOUNS: Record<LeakKind, string> = {
  heap: 'The heap',
  external: 'Memory of buffers',
  native: 'Native memory',
  handles: 'The number of open handles',
};
const SUSPECTS_MAX = 3;
const MINUTE_MS = 60_000;

export function leakOf(verdict: LeakVerdict, context: LeakContext): Leak {
  const functions = verdict.functions.map((it) => ({ ...it, file: fileName(it, context.cwd) }));
  const suspects = suspectsOf(functions, context.suspects, verdict);
  const { kind, limit, sinceMs } = verdict;
  return {
    verdict: verdict.verdict,
    kind,
    growthBytesPerHour: finite(verdict.growthBytesPerHour),
    growthRatioPerHour: finite(verdict.growthRatioPerHour),
    confidence: verdict.confidence,
    msToLimit: verdict.msToLimit,
    limit: limit === null ? null : limit === 'heap limit' ? 'heap' : 'memory',
    since: sinceMs === null ? '' : new Date(sinceMs + context.wallAheadMs).toISOString(),
    message: messageOf(verdict, suspects[0]),
    culprit: suspects[0] ?? null,
    suspects,
    evidence: verdict.evidence,
    whyNot: verdict.whyNot,
    files: [...context.files],
  };
}

/** Before a snapshot was looked into: the functions whose objects stay. After it: what it shows, and who made it. */
function suspectsOf(functions: readonly AgedFunction[], found: readonly HeapSuspect[], { growthBytesPerHour }: LeakVerdict): LeakSuspect[] {
  if (found.length === 0) return functions.slice(0, SUSPECTS_MAX).map(onlyAllocated);
  return found.slice(0, SUSPECTS_MAX).map((suspect, rank): LeakSuspect => {
    const { count, retainedBytes, holder, holderPlace, place, retainers } = suspect;
    const files = [holderPlace?.file, place?.file];
    const made = functions.find(({ file }) => file !== '' && files.includes(file)) ?? (rank === 0 ? functions[0] : undefined);
    const growth = rank === 0 && growthBytesPerHour > 0 ? `, growing ${formatBytes(growthBytesPerHour)} an hour` : '';
    return {
      constructor: suspect.constructor,
      count,
      retainedBytes,
      holder,
      file: (holderPlace ?? place)?.file ?? '',
      line: (holderPlace ?? place)?.line ?? 0,
      allocation: made === undefined ? null : { function: made.function, file: made.file, line: made.line, ratio: made.ratio },
      retainers: [...retainers],
      sentence: `${suspect.sentence}${growth}${made === undefined ? '' : `; allocated in ${placeOf(made)}`}`,
    };
  });
}

function onlyAllocated(made: AgedFunction): LeakSuspect {
  const { function: name, file, line, ratio, bytes } = made;
  return {
    constructor: '',
    count: 0,
    retainedBytes: 0,
    holder: '',
    file,
    line,
    allocation: { function: name, file, line, ratio },
    retainers: [],
    sentence: `${formatBytes(bytes)} of all ages, allocated in ${placeOf(made)}`,
  };
}

function messageOf(
  { kind, verdict, growthBytesPerHour, growthRatioPerHour, msToLimit, limit, whyNot }: LeakVerdict,
  culprit: LeakSuspect | undefined,
): string {
  const noun = NOUNS[kind];
  if (verdict === 'none') return `${noun}: no leak. ${whyNot}`;
  const percent = `${Math.round(growthRatioPerHour * 100)} % an hour`;
  const rate =
    kind === 'handles' ? `${Math.round(growthBytesPerHour)} an hour, ${percent}` : `${formatBytes(growthBytesPerHour)} an hour, ${percent}`;
  const left = msToLimit === null ? '' : `; at this rate the ${limit} is reached in ${durationWords(roundMinutes(msToLimit))}`;
  const what = culprit === undefined ? '' : `: ${culprit.sentence}`;
  return `${noun} ${verdict === 'leak' ? 'leaks' : 'may leak'} ${rate}${left}${what}`;
}

const placeOf = ({ function: name, file, line }: AgedFunction): string => (file === '' ? name : `${name} ${file}:${line}`);
const finite = (value: number): number => (Number.isFinite(value) ? value : 0);
const roundMinutes = (ms: number): number => (ms < MINUTE_MS ? Math.ceil(ms / MS_PER_S) * MS_PER_S : Math.round(ms / MINUTE_MS) * MINUTE_MS);

/** As flame graphs name it: from the working directory on, or by its package. */
function fileName({ function: name, file, line }: AgedFunction, cwd: string): string {
  return file === '' ? '' : nameFrame({ function: name, url: file, line, column: 0 }, { cwd }).file;
}
