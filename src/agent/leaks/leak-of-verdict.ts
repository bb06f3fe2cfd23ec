// A verdict of the detector as reports tell it: wall clock, files as the application knows them, one sentence, the likeliest culprits.
import { formatBytes, MS_PER_S } from '../../core/units.js';
import type { AgedFunction } from '../../diagnose/leaks/judge-ages.js';
import type { LeakKind, LeakVerdict } from '../../diagnose/leaks/leak-verdict.js';
import { durationWords } from '../../diagnose/rules/durations.js';
import type { HeapSuspect } from '../../heap/heap-analysis.js';
import type { Leak, LeakFile, LeakSuspect } from '../../report/report-types.js';
import { allocatedIn, allocationOf, type PlacedFunction } from './allocation-of.js';
import type { CallTable } from './call-table.js';
import { type Names, namesOf, placeOf } from './leak-names.js';

export interface LeakContext {
  cwd: string;
  timeScale: number;
  /** Now, on the clock of the verdict. */
  nowMs: number;
  /** Wall clock less monotonic clock, ms. */
  wallAheadMs: number;
  /** null: no snapshot was looked into for this kind. */
  named: NamedSuspects | null;
  /** Of the main thread, by its CPU profile. */
  calls: CallTable;
  files: readonly LeakFile[];
}

/** What a snapshot shows, and when it was taken, on the clock of the verdict. */
export interface NamedSuspects {
  suspects: readonly HeapSuspect[];
  takenAtMs: number;
}

const NOUNS: Record<LeakKind, string> = {
  heap: 'The heap',
  external: 'Memory of buffers',
  native: 'Native memory',
  handles: 'The number of open handles',
};
const SUSPECTS_MAX = 3;
const MINUTE_MS = 60_000;
/** Age from which on a snapshot's is told; on a clock that is sped up not before OLD_REAL_MS: to take one and look into it takes real time. */
const OLD_MS = 5 * MINUTE_MS;
const OLD_REAL_MS = MINUTE_MS;

export function leakOf(verdict: LeakVerdict, context: LeakContext): Leak {
  const named = namesOf(verdict, context.named?.suspects ?? [], context.cwd);
  const functions = verdict.functions.map((raw) => placed(raw, named));
  const suspects = suspectsOf(functions, verdict, context, named);
  const { kind, limit, sinceMs, lowerPerHour, upperPerHour, name } = verdict;
  return {
    verdict: verdict.verdict,
    kind,
    ...(name === '' ? {} : { name }),
    growthBytesPerHour: finite(verdict.growthBytesPerHour),
    growthRatioPerHour: finite(verdict.growthRatioPerHour),
    ...(Number.isFinite(lowerPerHour) && Number.isFinite(upperPerHour)
      ? { growthLowBytesPerHour: lowerPerHour, growthHighBytesPerHour: upperPerHour }
      : {}),
    confidence: verdict.confidence,
    msToLimit: verdict.msToLimit,
    limit: limit === null ? null : limit === 'heap limit' ? 'heap' : 'memory',
    since: sinceMs === null ? '' : new Date(sinceMs + context.wallAheadMs).toISOString(),
    message: named.text(messageOf(verdict, suspects[0])),
    culprit: suspects[0] ?? null,
    suspects,
    evidence: verdict.evidence.map(named.text),
    whyNot: named.text(verdict.whyNot),
    ...(context.named === null ? {} : { snapshotAt: new Date(context.named.takenAtMs + context.wallAheadMs).toISOString() }),
    files: [...context.files],
  };
}

function placed(raw: AgedFunction, named: Names): PlacedFunction {
  const { caller, ...it } = raw;
  // A package's dispatcher calls everything.
  const own = caller !== undefined && named.isOwn(caller.file) ? { caller: { ...caller, ...named.place(caller) } } : {};
  return { ...it, ...named.place(it), ...own, raw };
}

/** Each with its part of the growth. */
const membersOf = ({ raw: { members = [], ...group } }: PlacedFunction): AgedFunction[] =>
  members.map((it) => ({ ...group, caller: undefined, ...it, ratio: (group.ratio * it.bytes) / Math.max(group.bytes, 1) }));

/** Before a snapshot was looked into: the functions whose objects stay. After it: what it shows, and who made it, where that is known. */
function suspectsOf(functions: readonly PlacedFunction[], { growthBytesPerHour }: LeakVerdict, context: LeakContext, named: Names): LeakSuspect[] {
  const found = context.named?.suspects ?? [];
  // A function of few samples is told where class or file agree.
  const all = functions.flatMap((it) => [it, ...membersOf(it).map((raw) => placed(raw, named))]);
  if (found.length === 0) return functions.slice(0, SUSPECTS_MAX).map(onlyAllocated);
  return found.slice(0, SUSPECTS_MAX).map((suspect, rank): LeakSuspect => {
    const { count, retainedBytes, holder, holderPlace, place, retainers } = suspect;
    const at = holderPlace ?? place;
    const allocation = allocationOf(suspect, { found, functions: all, calls: context.calls, named });
    const growth = rank === 0 && growthBytesPerHour > 0 ? `, growing ${formatBytes(growthBytesPerHour)} an hour` : '';
    return {
      constructor: suspect.constructor,
      count,
      retainedBytes,
      holder: named.text(holder),
      file: at === null ? '' : named.file(at.file),
      line: at?.line ?? 0,
      allocation,
      retainers: retainers.map(named.text),
      sentence: named.text(`${suspect.sentence}${growth}${allocatedIn(allocation, rank === 0 ? functions : [])}${rank === 0 ? ageOf(context) : ''}`),
    };
  });
}

/** Empty: the snapshot is young. */
function ageOf({ named, nowMs, timeScale }: LeakContext): string {
  const realMs = named === null ? 0 : nowMs - named.takenAtMs;
  const isOld = realMs > Math.max(OLD_MS / timeScale, OLD_REAL_MS);
  return isOld ? `; counted in a snapshot that is ${durationWords(roundMinutes(realMs * timeScale))} old` : '';
}

function onlyAllocated(made: PlacedFunction): LeakSuspect {
  const { function: name, file, line, ratio, bytes, caller } = made;
  return {
    constructor: '',
    count: 0,
    retainedBytes: 0,
    holder: '',
    file,
    line,
    allocation: { function: name, file, line, ratio },
    retainers: [],
    sentence: `${formatBytes(bytes)} of all ages, allocated in ${placeOf(made)}${caller === undefined ? '' : `, called by ${placeOf(caller)}`}`,
  };
}

function messageOf(
  { kind, name, verdict, growthBytesPerHour, growthRatioPerHour, msToLimit, limit, whyNot }: LeakVerdict,
  culprit: LeakSuspect | undefined,
): string {
  const noun = name === '' ? NOUNS[kind] : `The count of ${name}`;
  if (verdict === 'none') return `${noun}: no leak. ${whyNot}`;
  const percent = `${Math.round(growthRatioPerHour * 100)} % an hour`;
  const rate =
    kind === 'handles' ? `${Math.round(growthBytesPerHour)} an hour, ${percent}` : `${formatBytes(growthBytesPerHour)} an hour, ${percent}`;
  const left = msToLimit === null ? '' : `; at this rate the ${limit} is reached in ${durationWords(roundMinutes(msToLimit))}`;
  const what = culprit === undefined ? '' : `: ${culprit.sentence}`;
  return `${noun} ${verdict === 'leak' ? 'leaks' : 'may leak'} ${rate}${left}${what}`;
}

const finite = (value: number): number => (Number.isFinite(value) ? value : 0);
const roundMinutes = (ms: number): number => (ms < MINUTE_MS ? Math.ceil(ms / MS_PER_S) * MS_PER_S : Math.round(ms / MINUTE_MS) * MINUTE_MS);
