// Heap profiles as evidence on growth: when one is worth its collection, what they said, and which functions' objects were seen to die.
import { AGE_CAPTURES_MAX, AGE_LIFETIMES_MAX } from '../../core/limits.js';
import { type AgeCapture, type AgeSamples, captureAges } from './age-capture.js';
import { birthClock } from './birth-clock.js';
import type { WindowTrend } from './growth-trend.js';
import { type AgeJudgement, judgeAges, lifetimesOf } from './judge-ages.js';
import {
  AGES_FRESH_MS,
  AGES_RENEW_MS,
  GROWTH_BYTES_MIN,
  NO_PROFILE_MS,
  PAIR_GAP_MAX_MS,
  PAIR_GAP_MIN_MS,
  PAIR_GAP_WINDOW_RATIO,
  REFUTED_GROWTH_RATIO,
  REFUTED_WAIT_BELOW_MAX_MS,
  REFUTED_WAIT_MAX_MS,
  REFUTED_WAIT_MS,
  STARTUP_MS,
} from './leak-thresholds.js';
import type { LevelHistory } from './level-history.js';
import { type QuietFunction, quietFunctions } from './quiet-functions.js';

const LIFETIME_KNOWN_MS = 86_400_000;
/** After a refuted suspicion, or its wait below a level, and so long a silence the next one is a new one. */
const FORGIVEN_MS = 2 * 3_600_000;

export class AgeEvidence {
  readonly #allocated: LevelHistory;
  readonly #captures: AgeCapture[] = [];
  readonly #lifetimes = new Map<string, { ms: number; seenMs: number }>();
  #judgement: { atMs: number; said: AgeJudgement; quiet: QuietFunction[] } | undefined;
  #askedMs = Number.NaN;
  #waitMs = REFUTED_WAIT_MS;
  #waitBelowMs = REFUTED_WAIT_MS;
  #refutedMs = Number.NEGATIVE_INFINITY;
  /** No ask before. */
  #nextMs = Number.NEGATIVE_INFINITY;
  /** After a refuted suspicion, no ask before; nor before the other, unless the level is higher than that. */
  #waitUntilMs = Number.NEGATIVE_INFINITY;
  #waitBelowUntilMs = Number.NEGATIVE_INFINITY;
  #waitBelowBytes = 0;

  constructor(allocated: LevelHistory) {
    this.#allocated = allocated;
  }

  /** A profile is wanted now. isSettled: the verdict is a leak, and no profile can make it worse. Stays true until one is brought, or the growth has ended. */
  wants(trend: WindowTrend | undefined, isSettled: boolean, nowMs: number, levelBytes: number): boolean {
    const isWaiting = nowMs < this.#nextMs || this.#isRefuted(nowMs, levelBytes);
    if (trend === undefined || isWaiting || (isSettled && nowMs - this.#lastMs < AGES_RENEW_MS)) {
      this.#askedMs = Number.NaN;
      return false;
    }
    if (Number.isNaN(this.#askedMs)) this.#askedMs = nowMs;
    return true;
  }

  /** It was asked for in vain: growth must be judged without ages. */
  isMissing(nowMs: number): boolean {
    return nowMs - this.#askedMs > NO_PROFILE_MS && !(nowMs - this.#lastMs < AGES_FRESH_MS);
  }

  /** What the profiles said of late; what they refuted stays so for as long as it is not looked at again. */
  judgement(nowMs: number, levelBytes: number): AgeJudgement | undefined {
    if (this.#judgement === undefined) return undefined;
    const { said, atMs } = this.#judgement;
    const holds = nowMs - atMs < AGES_FRESH_MS || (said.verdict === 'refuted' && this.#isRefuted(nowMs, levelBytes));
    return holds ? said : undefined;
  }

  get last(): AgeJudgement | undefined {
    return this.#judgement?.said;
  }

  /** Functions that the newest judgement clears. */
  get quiet(): readonly QuietFunction[] {
    return this.#judgement?.quiet ?? [];
  }

  bring(ages: AgeSamples, nowMs: number, startMs: number, trend: WindowTrend | undefined, levels: LevelHistory): void {
    this.#askedMs = Number.NaN;
    const now = captureAges(ages, nowMs);
    const bornMs = birthClock(this.#allocated, ages.startedAtMs, now.lastOrdinal, nowMs);
    const oldestMs = Math.max(startMs + STARTUP_MS, ages.startedAtMs);
    this.#captures.splice(0, this.#captures.length, ...this.#captures.filter(({ startedAtMs }) => startedAtMs === ages.startedAtMs));
    const before = this.#captures.at(-1);
    if (before !== undefined) this.#learn(lifetimesOf(before, now, oldestMs, bornMs), nowMs);
    const gapMs = pairGapOf(trend);
    this.#nextMs = nowMs + gapMs;
    if (trend !== undefined) {
      const said = judgeAges({
        now,
        earlier: this.#captures,
        lifetimesMs: new Map([...this.#lifetimes].map(([key, { ms }]) => [key, ms])),
        fromMs: Math.max(trend.fromMs, oldestMs),
        growthBytesPerHour: trend.bytesPerHour,
        baseBytes: trend.baseBytes,
        noiseBytes: trend.noiseBytes,
        pairGapMs: 0.8 * gapMs,
        oldestMs,
        bornMs,
        levelAt: (atMs) => levels.levelAt(atMs),
      });
      const fromMs = Math.max(trend.fromMs, oldestMs);
      this.#judgement = { atMs: nowMs, said, quiet: quietFunctions({ now, fromMs, bornMs, judged: said.functions }) };
      this.#plan(said, gapMs, nowMs, levels, Math.max(trend.growthBytes, GROWTH_BYTES_MIN));
    }
    this.#captures.push(now);
    // The first stays: who was born with the process and died later is told by it.
    if (this.#captures.length > AGE_CAPTURES_MAX) this.#captures.splice(1, 1);
  }

  #isRefuted(nowMs: number, levelBytes: number): boolean {
    return nowMs < this.#waitUntilMs || (nowMs < this.#waitBelowUntilMs && levelBytes < this.#waitBelowBytes);
  }

  get #lastMs(): number {
    return this.#captures.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY;
  }

  #plan(said: AgeJudgement, gapMs: number, nowMs: number, levels: LevelHistory, growthBytes: number): void {
    if (said.verdict === 'waiting') {
      this.#nextMs = nowMs + gapMs;
      return;
    }
    if (said.verdict === 'leak') {
      this.#nextMs = nowMs + AGES_FRESH_MS / 3;
      return;
    }
    this.#waitMs = nowMs - this.#refutedMs > FORGIVEN_MS ? REFUTED_WAIT_MS : Math.min(2 * this.#waitMs, REFUTED_WAIT_MAX_MS);
    this.#waitBelowMs = nowMs - this.#waitBelowUntilMs > FORGIVEN_MS ? REFUTED_WAIT_MS : Math.min(2 * this.#waitBelowMs, REFUTED_WAIT_BELOW_MAX_MS);
    this.#refutedMs = nowMs;
    if (this.#waitMs === REFUTED_WAIT_MAX_MS) this.#waitUntilMs = nowMs + REFUTED_WAIT_MAX_MS;
    this.#waitBelowUntilMs = nowMs + this.#waitBelowMs;
    // What was refuted several times may be refuted at any height of its swing.
    const levelBytes = this.#waitBelowMs < REFUTED_WAIT_MAX_MS ? levels.latest : Math.max(levels.latest, levels.ceiling);
    this.#waitBelowBytes = levelBytes + REFUTED_GROWTH_RATIO * growthBytes;
  }

  #learn(lifetimes: ReadonlyMap<string, number>, nowMs: number): void {
    for (const [key, ms] of lifetimes) {
      const known = this.#lifetimes.get(key)?.ms ?? 0;
      this.#lifetimes.delete(key);
      this.#lifetimes.set(key, { ms: Math.max(ms, known), seenMs: nowMs });
    }
    for (const [key, { seenMs }] of this.#lifetimes) {
      if (nowMs - seenMs > LIFETIME_KNOWN_MS || this.#lifetimes.size > AGE_LIFETIMES_MAX) this.#lifetimes.delete(key);
    }
  }
}

const pairGapOf = (trend: WindowTrend | undefined): number =>
  Math.min(PAIR_GAP_MAX_MS, Math.max(PAIR_GAP_MIN_MS, (trend?.windowMs ?? 0) * PAIR_GAP_WINDOW_RATIO));
