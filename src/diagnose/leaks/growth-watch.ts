// Growth of one class of memory over time: which windows grow, for how long they have, and whether it began with the process.
import { HOUR_MS } from '../rules/durations.js';
import { type GrowthScale, straightLine, trendsOf, type WindowTrend } from './growth-trend.js';
import {
  DOUBLED_HOLDS_MS,
  DOUBLED_RATIO,
  LAPSE_MS,
  NOISE_RATIO_MIN,
  PATIENCE_MS,
  PERSIST_MS,
  PERSIST_WINDOW_RATIO,
  PROOF_HELD_MS,
  PROOF_HELD_RATIO,
  STARTUP_MS,
} from './leak-thresholds.js';
import { type CellValue, LevelHistory, type SavedLevels } from './level-history.js';

/** Rate, of the present one at its least, below which the time before the growth was quiet. */
const QUIET_RATIO = 0.3;
/** That time is so long at least, and the present growth would show in it by so many times the noise. */
const QUIET_MIN_MS = 40 * 60_000;
const QUIET_DEVIATIONS = 6;
/** Levels of a quiet time lie within so many times the noise: a sawtooth is not quiet. */
const QUIET_SPREAD_DEVIATIONS = 9;
/** Of a longer time, its beginning is not looked at: most caches are full by then. */
const WARM_MS = 15 * 60_000;
/** A window's slope is one for all of it: newer half by older half. */
const EVEN_RATIO_MAX = 1.5;

export interface SavedWatch {
  levels: SavedLevels;
  held: [windowMs: number, sinceMs: number, lastMs: number][];
  strict: [sinceMs: number, lastMs: number];
  quiet?: number;
}

export class GrowthWatch {
  readonly history: LevelHistory;
  readonly #scale: GrowthScale;
  readonly #held: Map<number, { sinceMs: number; lastMs: number }>;
  #strict: { sinceMs: number; lastMs: number };
  /** When growth was last seen that began after a quiet time; -Infinity: it did not. */
  #fromQuietMs: number;
  #trends: WindowTrend[] = [];
  #nowMs = 0;

  constructor(keeps: CellValue, scale: GrowthScale, saved?: SavedWatch) {
    this.history = new LevelHistory(keeps, saved?.levels);
    this.#scale = scale;
    this.#held = new Map(saved?.held.map(([windowMs, sinceMs, lastMs]) => [windowMs, { sinceMs, lastMs }]));
    this.#fromQuietMs = saved?.quiet ?? Number.NEGATIVE_INFINITY;
    this.#strict = { sinceMs: saved?.strict[0] ?? Number.NaN, lastMs: saved?.strict[1] ?? Number.NEGATIVE_INFINITY };
  }

  /** Judges all windows. Cost: 0.2 ms. */
  check(nowMs: number, startMs: number, work?: LevelHistory): void {
    this.#nowMs = nowMs;
    this.#trends = trendsOf(this.history, nowMs, startMs + STARTUP_MS, this.#scale, work);
    for (const { windowMs, no } of this.#trends) {
      const held = this.#held.get(windowMs);
      if (no === null && held === undefined) this.#held.set(windowMs, { sinceMs: nowMs, lastMs: nowMs });
      else if (no === null && held !== undefined) held.lastMs = nowMs;
      else if (held !== undefined && nowMs - held.lastMs > lapseOf(windowMs)) this.#held.delete(windowMs);
    }
    this.#rememberQuiet(nowMs, startMs);
    if (!this.#trends.some(({ isStrict }) => isStrict)) return;
    if (!(nowMs - this.#strict.lastMs <= LAPSE_MS)) this.#strict.sinceMs = nowMs;
    this.#strict.lastMs = nowMs;
  }

  get trends(): readonly WindowTrend[] {
    return this.#trends;
  }

  /** The surest growth that is there now, however short it has been. */
  get first(): WindowTrend | undefined {
    return surest(this.#trends.filter(({ no }) => no === null));
  }

  /**
   * The surest growth that is worth a heap profile's collection. Below a level that the process has come down from it must have held: a noise, the teeth of a
   * saw and the hours of a day all grow to where they have been before.
   */
  get provable(): WindowTrend | undefined {
    const isBelow = this.isBelowCeiling();
    const hasHeld = (windowMs: number): boolean => this.#heldMs(windowMs) >= Math.max(PROOF_HELD_MS, PROOF_HELD_RATIO * windowMs);
    return surest(this.#trends.filter(({ no, windowMs }) => no === null && (!isBelow || hasHeld(windowMs))));
  }

  /** The same of those that have held long enough; critical ones before others. */
  get persisting(): WindowTrend | undefined {
    const lasting = this.#trends.filter(
      ({ windowMs, no }) => no === null && this.#heldMs(windowMs) >= Math.max(PERSIST_MS, windowMs * PERSIST_WINDOW_RATIO),
    );
    // A short window's rate is a rough one: where a longer one grows evenly, that one tells whether it is critical.
    const isSlow = (trend: WindowTrend): boolean => trend.no === null && trend.concavityRatio < EVEN_RATIO_MAX && !trend.isCritical;
    const critical = lasting.filter(
      ({ isCritical, windowMs }) => isCritical && !this.#trends.some((other) => other.windowMs > windowMs && isSlow(other)),
    );
    return surest(critical.length > 0 ? critical : lasting.filter(isSlow)) ?? surest(lasting);
  }

  /** The surest growth that is there now in a window of this length or more. */
  surestOver(leastMs: number): WindowTrend | undefined {
    return surest(this.#trends.filter(({ no, windowMs }) => no === null && windowMs >= leastMs));
  }

  /** By growth in one such window, not by a jump before it. The first quarter's level, which growth is measured by, has grown already. */
  hasDoubled(leastMs: number): boolean {
    return this.#trends.some(
      ({ no, windowMs, growthBytes, baseBytes }) =>
        no === null && windowMs >= leastMs && growthBytes >= DOUBLED_RATIO * baseBytes && this.#heldMs(windowMs) >= DOUBLED_HOLDS_MS,
    );
  }

  /** Why nothing grows: the window that is nearest to growth. */
  get whyNot(): WindowTrend | undefined {
    return surest(this.#trends.filter(({ no }) => no !== null));
  }

  /** Lowest level of the last day, as growth is measured by: at least the scale's base. */
  get lowest(): number {
    return Math.max(this.#scale.baseMin, this.history.lowest);
  }

  /** Time for which the strict trend has held; 0: it does not. */
  get strictMs(): number {
    return this.#nowMs - this.#strict.lastMs <= LAPSE_MS ? this.#nowMs - this.#strict.sinceMs : 0;
  }

  /** The level was as high before and fell again; or higher by less than this. */
  isBelowCeiling(marginBytes = 0): boolean {
    return this.#level <= this.history.ceiling + marginBytes;
  }

  /** It has grown since the process began, neither for long nor by much: a cache that fills does that. */
  isFilling(nowMs: number, startMs: number): boolean {
    const uptimeMs = nowMs - startMs;
    if (uptimeMs >= PATIENCE_MS) return false;
    if (this.#level >= this.lowest + Math.max(this.lowest, this.#scale.patienceMin)) return false;
    return nowMs - this.#fromQuietMs > LAPSE_MS;
  }

  /** The newest, of a heap; of other memory that of five minutes, for it has spikes. */
  get #level(): number {
    const { latest, latestMs } = this.history;
    return this.#scale.isAged ? latest : Math.min(latest, this.history.levelAt(latestMs));
  }

  /** The quiet time is seen when the growth is young, and lies within every window later. */
  #rememberQuiet(nowMs: number, startMs: number): void {
    const growing = this.#trends.filter(({ no }) => no === null);
    if (growing.length === 0) return;
    const isKnown = nowMs - this.#fromQuietMs <= LAPSE_MS;
    const isQuietBefore = (trend: WindowTrend): boolean =>
      wasQuiet(this.history, startMs, trend, Math.max(trend.noiseBytes, this.#scale.noiseMin, NOISE_RATIO_MIN * trend.baseBytes));
    if (isKnown || growing.some(isQuietBefore)) this.#fromQuietMs = nowMs;
  }

  #heldMs(windowMs: number): number {
    const held = this.#held.get(windowMs);
    return held === undefined ? 0 : held.lastMs - held.sinceMs;
  }

  save(): SavedWatch {
    return {
      levels: this.history.save(),
      held: [...this.#held].map(([windowMs, { sinceMs, lastMs }]) => [windowMs, sinceMs, lastMs]),
      strict: [Number.isNaN(this.#strict.sinceMs) ? 0 : this.#strict.sinceMs, Number.isFinite(this.#strict.lastMs) ? this.#strict.lastMs : -1e15],
      quiet: Number.isFinite(this.#fromQuietMs) ? this.#fromQuietMs : undefined,
    };
  }
}

/** Before the growth the level did not rise by nearly that rate. */
function wasQuiet(history: LevelHistory, startMs: number, { fromMs, lowerPerHour }: WindowTrend, noiseBytes: number): boolean {
  const perMs = lowerPerHour / HOUR_MS;
  const first = fromMs - startMs >= WARM_MS + QUIET_MIN_MS ? startMs + WARM_MS : startMs + STARTUP_MS;
  const { timesMs, values } = history.until(first, fromMs);
  const lengthMs = fromMs - first;
  if (values.length < 4 || lengthMs < QUIET_MIN_MS || perMs * lengthMs < QUIET_DEVIATIONS * noiseBytes) return false;
  let least = values[0];
  let most = values[0];
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return most - least < QUIET_SPREAD_DEVIATIONS * noiseBytes && Math.abs(straightLine(timesMs, values).slope) < QUIET_RATIO * perMs;
}

const lapseOf = (windowMs: number): number => Math.min(LAPSE_MS, windowMs / 10);

function surest(trends: readonly WindowTrend[]): WindowTrend | undefined {
  return trends.reduce<WindowTrend | undefined>(
    (best, trend) => (best === undefined || trend.lowerPerHour >= best.lowerPerHour ? trend : best),
    undefined,
  );
}
