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
  const named = namesOf(verdict, context);
  const functions = verdict.functions.map(({ caller, ...it }) => ({
    ...it,
    ...named.place(it),
    // A package's dispatcher calls everything.
    ...(caller !== undefined && named.isOwn(caller.file) ? { caller: { ...caller, ...named.place(caller) } } : {}),
  }));
  const suspects = suspectsOf(functions, context.suspects, verdict, named);
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
    files: [...context.files],
  };
}

/** Before a snapshot was looked into: the functions whose objects stay. After it: what it shows, and who made it. */
function suspectsOf(
  functions: readonly AgedFunction[],
  found: readonly HeapSuspect[],
  { growthBytesPerHour }: LeakVerdict,
  named: Names,
): LeakSuspect[] {
  if (found.length === 0) return functions.slice(0, SUSPECTS_MAX).map(onlyAllocated);
  return found.slice(0, SUSPECTS_MAX).map((suspect, rank): LeakSuspect => {
    const { count, retainedBytes, holder, holderPlace, place, retainers } = suspect;
    const at = holderPlace ?? place;
    const files = [holderPlace, place].map((it) => (it === null ? '' : named.file(it.file)));
    const made = functions.find(({ file }) => file !== '' && files.includes(file)) ?? (rank === 0 ? functions[0] : undefined);
    // V8 charges what a constructor makes to the constructor, whose name is told already.
    const maker = made?.function === suspect.constructor ? { ...made, ...made.caller } : made;
    const growth = rank === 0 && growthBytesPerHour > 0 ? `, growing ${formatBytes(growthBytesPerHour)} an hour` : '';
    return {
      constructor: suspect.constructor,
      count,
      retainedBytes,
      holder: named.text(holder),
      file: at === null ? '' : named.file(at.file),
      line: at?.line ?? 0,
      allocation: maker === undefined ? null : { function: maker.function, file: maker.file, line: maker.line, ratio: maker.ratio },
      retainers: retainers.map(named.text),
      sentence: named.text(`${suspect.sentence}${growth}${maker === undefined ? '' : `; allocated in ${placeOf(maker)}`}`),
    };
  });
}

function onlyAllocated(made: AgedFunction): LeakSuspect {
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

const placeOf = ({ function: name, file, line }: Pick<AgedFunction, 'function' | 'file' | 'line'>): string =>
  file === '' ? name : `${name} ${file}:${line}`;
const finite = (value: number): number => (Number.isFinite(value) ? value : 0);
const roundMinutes = (ms: number): number => (ms < MINUTE_MS ? Math.ceil(ms / MS_PER_S) * MS_PER_S : Math.round(ms / MINUTE_MS) * MINUTE_MS);

/** Files as flame graphs name them: from the working directory on, or by their package. */
interface Names {
  file(file: string): string;
  /** Whether a file is the application's own. */
  isOwn(file: string): boolean;
  place<T extends { file: string }>(of: T): { file: string };
  /** A text in which files may be named as V8 does. */
  text(text: string): string;
}

function namesOf({ functions }: LeakVerdict, { cwd, suspects }: LeakContext): Names {
  const frame = (raw: string) => nameFrame({ function: '', url: raw, line: 0, column: 0 }, { cwd });
  const file = (raw: string): string => (raw === '' ? '' : frame(raw).file);
  const raws = [
    ...functions.flatMap((it) => [it.file, it.caller?.file ?? '']),
    ...suspects.flatMap(({ holderPlace, place }) => [holderPlace?.file ?? '', place?.file ?? '']),
  ];
  // The longest first: a path may be a part of another.
  const known = [...new Set(raws)].filter((raw) => raw !== '').sort((a, b) => b.length - a.length);
  return {
    file,
    isOwn: (raw) => frame(raw).kind === 'user',
    place: (of) => ({ file: file(of.file) }),
    text: (text) => known.reduce((told, raw) => told.replaceAll(raw, file(raw)), text),
  };
}
