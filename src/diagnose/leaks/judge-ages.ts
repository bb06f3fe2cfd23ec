// What the birth ages of everything alive say about growth: objects of all ages that none dies of, or a step, a front, a turnover, work in flight.
// After GenCount (Sor, Plumbr) and JFR's old object samples; each sample's ordinal is its identity, so that two profiles tell who died between them.
import { HOUR_MS } from '../rules/durations.js';
import { type AgeCapture, type AllocatingFunction, functionKey } from './age-capture.js';
import { type AgeShape, isEven, type ShapedAges, shapeOf, sum } from './age-shape.js';
import { CRITICAL_RATIO_PER_HOUR, SLOPE_RATIO_MIN } from './leak-thresholds.js';

/** all-ages: allocated all the time and none died. The rest: why it is no leak, or not yet known to be one. */
export type AgeKind = 'all-ages' | 'unpaired' | 'mortal' | 'turnover' | 'regrown' | Exclude<AgeShape, 'all-ages'>;

export interface AgedFunction extends AllocatingFunction {
  kind: AgeKind;
  /** Born in the window of the growth and alive; where what is in flight stands out, of what stays alone. */
  bytes: number;
  /** Of all such bytes. */
  ratio: number;
  /** Bytes by birth, oldest first, from this function's first survivor of the window until now, in equal parts of all allocation. */
  bytesByAge: number[];
  bytesPerHour: number;
  /** Age at which objects of this function have been freed before, at most; 0: none was seen to die. */
  lifetimeMs: number;
  /** Those that are judged together, for each has too few samples by itself; most bytes first. Absent: it is one function. */
  members?: readonly (AllocatingFunction & { bytes: number })[];
}

export interface AgeQuestion {
  now: AgeCapture;
  /** Captures of the same sampler, oldest first. */
  earlier: readonly AgeCapture[];
  /** Function -> age at which its objects died, from captures that are gone. See lifetimesOf. */
  lifetimesMs: ReadonlyMap<string, number>;
  /** Window of the growth. */
  fromMs: number;
  growthBytesPerHour: number;
  baseBytes: number;
  noiseBytes: number;
  /** Two captures tell of deaths when they are that far apart. */
  pairGapMs: number;
  /** Nothing older is looked at: what begins with the process. */
  oldestMs: number;
  /** Time at which an ordinal was born. */
  bornMs(ordinal: number): number;
  /** Live size at a time; NaN: not known. */
  levelAt(atMs: number): number;
}

export interface AgeJudgement {
  /**
   * leak: what is allocated all the time and does not die explains the growth. waiting: it may, once a second profile tells who died.
   * unclear: ages cannot tell, as when one array is copied into a larger one. refuted: they tell that it is none.
   */
  verdict: 'leak' | 'waiting' | 'unclear' | 'refuted';
  /** Kind of the function with most bytes: the reason of what is refuted. */
  reason: AgeKind;
  leakBytesPerHour: number;
  /** Share of the functions' ages that are filled, by bytes: 0..1. */
  generationRatio: number;
  functions: AgedFunction[];
}

/** Part of the bytes born in the window by which the level must have risen: less is a turnover, where as many die as are born. */
const GROWN_RATIO_MIN = 0.5;
/** Part of the growth that immortal bytes must explain. */
const EXPLAINED_RATIO_MIN = 0.5;
/** Oldest part of a function's samples in which deaths are looked for. */
const OLDEST_RATIO = 1 / 3;
const OLDEST_SAMPLES_MIN = 3;
/** Part of these that must die to be called mortal, and how many: one may be a local of a request. */
const DEAD_RATIO_MIN = 0.15;
const DEAD_MIN = 2;
/** A lifetime longer than this part of the time that is known tells nothing: what is as old had hardly a chance to be older. */
const LIFETIME_TELLS_RATIO = 0.6;
/** Objects must be that much older than any that were seen to die. */
const OUTLIVED_RATIO = 1.2;
/** A function's first survivor must be older than this part of the window, or than the other. */
const DEPTH_RATIO_MIN = 0.3;
const DEPTH_MS_ENOUGH = 20 * 60_000;
/** Few samples with most of the bytes: arrays and tables that are copied as they grow. Their age is the age of the copy. */
const REGROWN_SAMPLES = 3;
const REGROWN_RATIO = 0.6;
const REGROWN_BYTES_MIN = 2 * 1_048_576;
/** Functions with fewer samples are judged together. */
const SAMPLES_MIN = 5;
/** Fewer samples below the young ones have no shape of their own. */
const OLD_SAMPLES_MIN = 10;
/** Axis on which a turnover is looked for. */
const TURNOVER_MS = 3 * HOUR_MS;
const SOON_MS = 30 * 60_000;
const FUNCTIONS_TOLD_MAX = 10;

const SEVERAL: AllocatingFunction = { function: '(several functions)', file: '', line: 0 };
/** Samples of one of these from which on it is told: one may be by chance. */
const MEMBER_SAMPLES_MIN = 2;

interface Members {
  of: AllocatingFunction;
  keys: Set<string>;
  /** Indexes into the capture, in order of birth. */
  at: number[];
}

export function judgeAges(question: AgeQuestion): AgeJudgement {
  const { now, fromMs } = question;
  const nowMs = now.atMs;
  const windowHours = (nowMs - fromMs) / HOUR_MS;
  const groups = groupsOf(question);
  const judged = groups.map((group) => ({ of: group.of, ...judgeGroup(question, group) }));
  const bytesAll = judged.reduce((all, { bytes }) => all + bytes, 0);
  const functions: AgedFunction[] = [];
  let generations = 0;
  for (const { of, at, kind, shaped, bytes, bytesPerHour, lifetimeMs } of judged) {
    if (kind === 'all-ages') generations += bytes * shaped.generationRatio;
    const one = { ...of, kind, bytes, ratio: bytes / Math.max(bytesAll, 1), bytesByAge: shaped.bytesByAge, bytesPerHour, lifetimeMs };
    functions.push(of === SEVERAL ? { ...one, members: membersOf(now, at) } : one);
  }
  functions.sort((a, b) => b.bytes - a.bytes);
  const rateOf = (kinds: readonly AgeKind[]): number =>
    functions.reduce((rate, { kind, bytesPerHour }) => (kinds.includes(kind) ? rate + bytesPerHour : rate), 0);
  const enough = (bytesPerHour: number): boolean =>
    bytesPerHour >= EXPLAINED_RATIO_MIN * question.growthBytesPerHour ||
    bytesPerHour >= SLOPE_RATIO_MIN * CRITICAL_RATIO_PER_HOUR * question.baseBytes;
  const leakBytesPerHour = rateOf(['all-ages']);
  // Of a queue that grows the oldest go as well, at an age that grows with the process: nothing older could be alive.
  const isVacuous = ({ kind, lifetimeMs }: AgedFunction): boolean =>
    kind === 'mortal' && lifetimeMs > LIFETIME_TELLS_RATIO * (nowMs - question.oldestMs);
  const undecided = functions.reduce((bytes, one) => (one.kind === 'regrown' || isVacuous(one) ? bytes + one.bytes : bytes), 0);
  let verdict: AgeJudgement['verdict'] = 'refuted';
  if (enough(leakBytesPerHour)) verdict = 'leak';
  else if (enough(leakBytesPerHour + rateOf(['unpaired']))) verdict = 'waiting';
  else if (undecided > EXPLAINED_RATIO_MIN * question.growthBytesPerHour * windowHours || functions.length === 0) verdict = 'unclear';
  const leaking = functions.filter(({ kind }) => kind === 'all-ages');
  return {
    verdict,
    reason: functions[0]?.kind ?? 'few',
    leakBytesPerHour,
    generationRatio:
      generations /
      Math.max(
        1,
        leaking.reduce((bytes, { bytes: own }) => bytes + own, 0),
      ),
    functions: [...leaking, ...functions.filter(({ kind }) => kind !== 'all-ages')].slice(0, FUNCTIONS_TOLD_MAX),
  };
}

/** Ages at which objects of each function were freed, at most, by what lived in one capture and not in a later one. */
export function lifetimesOf(before: AgeCapture, after: AgeCapture, oldestMs: number, bornMs: (ordinal: number) => number): Map<string, number> {
  const lifetimes = new Map<string, number>();
  if (before.startedAtMs !== after.startedAtMs) return lifetimes;
  const alive = new Set(after.ordinals);
  const keptEvery = Math.max(before.keptEvery, after.keptEvery);
  const byFunction = new Map<number, number[]>();
  for (let i = 0; i < before.ordinals.length; i++) {
    const ordinal = before.ordinals[i];
    if (ordinal % keptEvery !== 0 || ordinal % after.keptEvery !== 0 || bornMs(ordinal) < oldestMs) continue;
    const known = byFunction.get(before.functionOf[i]);
    if (known === undefined) byFunction.set(before.functionOf[i], [ordinal]);
    else known.push(ordinal);
  }
  for (const [index, ordinals] of byFunction) {
    const oldest = ordinals.slice(0, Math.max(OLDEST_SAMPLES_MIN, Math.ceil(ordinals.length * OLDEST_RATIO)));
    const dead = oldest.filter((ordinal) => !alive.has(ordinal));
    if (dead.length < DEAD_MIN || dead.length < DEAD_RATIO_MIN * oldest.length) continue;
    // Between its age in the one capture and in the other it died; when they lie far apart, rather soon after the first.
    const agedMs = before.atMs - bornMs(dead[0]);
    lifetimes.set(functionKey(before.functions[index]), agedMs + Math.min(after.atMs - before.atMs, Math.max(agedMs, SOON_MS)));
  }
  return lifetimes;
}

/** Samples born in the window by function; functions of few samples in one group. */
function groupsOf({ now, fromMs, bornMs }: AgeQuestion): Members[] {
  const byFunction = new Map<number, number[]>();
  for (let i = 0; i < now.ordinals.length; i++) {
    if (bornMs(now.ordinals[i]) < fromMs) continue;
    const known = byFunction.get(now.functionOf[i]);
    if (known === undefined) byFunction.set(now.functionOf[i], [i]);
    else known.push(i);
  }
  const groups: Members[] = [];
  const rest: Members = { of: SEVERAL, keys: new Set(), at: [] };
  for (const [index, at] of byFunction) {
    const of = now.functions[index];
    if (at.length >= SAMPLES_MIN || isRegrown(now, at)) groups.push({ of, keys: new Set([functionKey(of)]), at });
    else {
      rest.keys.add(functionKey(of));
      rest.at.push(...at);
    }
  }
  if (rest.at.length > 0) groups.push({ ...rest, at: rest.at.sort((a, b) => a - b) });
  return groups;
}

function membersOf({ functionOf, functions, sizes }: AgeCapture, at: readonly number[]): (AllocatingFunction & { bytes: number })[] {
  const members = new Map<number, { bytes: number; samples: number }>();
  for (const i of at) {
    const { bytes, samples } = members.get(functionOf[i]) ?? { bytes: 0, samples: 0 };
    members.set(functionOf[i], { bytes: bytes + sizes[i], samples: samples + 1 });
  }
  return [...members]
    .filter(([, { samples }]) => samples >= MEMBER_SAMPLES_MIN)
    .map(([index, { bytes }]) => ({ ...functions[index], bytes }))
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, FUNCTIONS_TOLD_MAX);
}

interface JudgedGroup {
  /** Those that are judged. */
  at: readonly number[];
  kind: AgeKind;
  shaped: ShapedAges;
  bytes: number;
  bytesPerHour: number;
  lifetimeMs: number;
}

function judgeGroup(question: AgeQuestion, group: Members): JudgedGroup {
  const { now, fromMs, bornMs } = question;
  // The very first survivor may be a straggler: the axis begins where a twentieth is older.
  const first = group.at[Math.floor(group.at.length * 0.05)];
  const members = group.at.filter((i) => i >= first);
  const firstMs = bornMs(now.ordinals[first]);
  const lasting = lastingOf(question, members);
  const { shaped, untilMs } = lasting;
  const depthMs = now.atMs - firstMs;
  let lifetimeMs = 0;
  for (const key of group.keys) lifetimeMs = Math.max(lifetimeMs, question.lifetimesMs.get(key) ?? 0);
  const spanMs = untilMs - firstMs;
  // What is in flight, and goes, is none of what stays.
  const at = lasting.at === members ? group.at : lasting.at;
  const bytes = bytesOf(now, at);
  const judged = (kind: AgeKind) => ({
    at,
    kind,
    shaped,
    bytes,
    bytesPerHour: spanMs > 0 ? (shaped.lastingBytes / spanMs) * HOUR_MS : 0,
    lifetimeMs,
  });
  if (isRegrown(now, group.at)) return judged('regrown');
  if (depthMs < Math.min(DEPTH_MS_ENOUGH, DEPTH_RATIO_MIN * (now.atMs - fromMs))) return judged('in-flight');
  if (shaped.shape !== 'all-ages') return judged(shaped.shape);
  if (isTurnover(question, group, lasting, spanMs)) return judged('turnover');
  if (depthMs < OUTLIVED_RATIO * lifetimeMs) return judged('mortal');
  return judged(isPaired(question, group) ? 'all-ages' : 'unpaired');
}

interface Lasting {
  shaped: ShapedAges;
  /** Those that are judged. */
  at: readonly number[];
  toOrdinal: number;
  untilMs: number;
}

/** Where the young stand out, what is below them may be of all ages by itself: a function into which V8 has inlined the one that leaks makes both. */
function lastingOf({ now, bornMs }: AgeQuestion, members: readonly number[]): Lasting {
  const shapeTo = (at: readonly number[], toOrdinal: number): ShapedAges =>
    shapeOf(
      at.map((i) => now.ordinals[i]),
      at.map((i) => now.sizes[i]),
      now.ordinals[members[0]],
      toOrdinal,
    );
  const whole = shapeTo(members, now.lastOrdinal + 1);
  const { youngFrom } = whole;
  if (youngFrom !== undefined) {
    const old = members.filter((i) => now.ordinals[i] < youngFrom);
    const shaped = shapeTo(old, youngFrom);
    if (old.length >= OLD_SAMPLES_MIN && shaped.shape === 'all-ages' && isEven(shaped.bytesByAge, old.length))
      return { shaped: { ...shaped, bytesByAge: whole.bytesByAge }, at: old, toOrdinal: youngFrom, untilMs: bornMs(youngFrom) };
  }
  return { shaped: whole, at: members, toOrdinal: Number.POSITIVE_INFINITY, untilMs: now.atMs };
}

/** As many die as are born: in the window, or over the time that the oldest of the function's objects have lived. */
function isTurnover(question: AgeQuestion, { keys }: Members, { at, toOrdinal, untilMs }: Lasting, spanMs: number): boolean {
  const { now, bornMs, levelAt, noiseBytes } = question;
  const slack = 2 * noiseBytes;
  if ((question.growthBytesPerHour * spanMs) / HOUR_MS + slack < GROWN_RATIO_MIN * bytesOf(now, at)) return true;
  const fromMs = Math.max(question.oldestMs, now.atMs - TURNOVER_MS);
  let older = 0;
  let firstMs = Number.NaN;
  for (let i = 0; i < now.ordinals.length && now.ordinals[i] < toOrdinal; i++) {
    if (!keys.has(functionKey(now.functions[now.functionOf[i]]))) continue;
    const born = bornMs(now.ordinals[i]);
    if (born < fromMs) continue;
    if (Number.isNaN(firstMs)) firstMs = born;
    older += now.sizes[i];
  }
  const grown = levelAt(untilMs) - levelAt(firstMs);
  return !Number.isNaN(grown) && grown + slack < GROWN_RATIO_MIN * older;
}

/** Some of these objects were alive in a capture long enough ago: that none of them died is knowledge. */
function isPaired({ now, earlier, pairGapMs }: AgeQuestion, { at, keys }: Members): boolean {
  const ordinals = new Set(at.map((i) => now.ordinals[i]));
  return earlier.some((capture) => {
    if (capture.startedAtMs !== now.startedAtMs || now.atMs - capture.atMs < pairGapMs) return false;
    let seen = 0;
    for (let i = 0; i < capture.ordinals.length; i++) {
      if (ordinals.has(capture.ordinals[i]) && keys.has(functionKey(capture.functions[capture.functionOf[i]]))) seen++;
    }
    return seen >= OLDEST_SAMPLES_MIN;
  });
}

function isRegrown({ sizes }: AgeCapture, at: readonly number[]): boolean {
  const largest = at.map((i) => sizes[i]).sort((a, b) => b - a);
  const top = sum(largest.slice(0, REGROWN_SAMPLES));
  return top >= REGROWN_BYTES_MIN && top >= REGROWN_RATIO * sum(largest) && largest[0] >= REGROWN_BYTES_MIN / 2;
}

const bytesOf = ({ sizes }: AgeCapture, at: readonly number[]): number => at.reduce((bytes, i) => bytes + sizes[i], 0);
