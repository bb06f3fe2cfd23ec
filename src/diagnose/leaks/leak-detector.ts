// Whether a process leaks: one verdict a class of memory, from points over time, and for the heap from the birth ages of what is alive. Pure: time comes in.
import type { AgeSamples } from './age-capture.js';
import { AgeEvidence } from './age-evidence.js';
import { GrowthWatch, type SavedWatch } from './growth-watch.js';
import { HandleWatch } from './handle-watch.js';
import { HeldSuspicion } from './held-suspicion.js';
import { type Growth, judgeGrowth, type KnownLeak } from './judge-growth.js';
import {
  AGELESS_PATIENCE_BYTES_MIN,
  BASE_BYTES_MIN,
  BYTES_PER_HOUR_MIN,
  CHECK_MS,
  GROWTH_BYTES_MIN,
  NATIVE_BYTES_PER_HOUR_MIN,
  NOISE_RATIO_MIN,
  PATIENCE_BYTES_MIN,
  SHIFT_FLOOR_MS,
} from './leak-thresholds.js';
import type { LeakKind, LeakVerdict } from './leak-verdict.js';
import { LevelHistory, type SavedLevels } from './level-history.js';
import type { LeakLimits, MemoryPoint } from './memory-point.js';

const BYTES_SCALE = {
  baseMin: BASE_BYTES_MIN,
  growthMin: GROWTH_BYTES_MIN,
  perHourMin: BYTES_PER_HOUR_MIN,
  patienceMin: PATIENCE_BYTES_MIN,
  noiseMin: NOISE_RATIO_MIN * BASE_BYTES_MIN,
  isAged: false,
};
const HEAP_SCALE = { ...BYTES_SCALE, isAged: true };
/** Without ages, the start of a service that takes its time looks like a leak of its size. */
const EXTERNAL_SCALE = { ...BYTES_SCALE, patienceMin: AGELESS_PATIENCE_BYTES_MIN };
const NATIVE_SCALE = { ...EXTERNAL_SCALE, perHourMin: NATIVE_BYTES_PER_HOUR_MIN };
const STATE_VERSION = 1;

/** Plain JSON, 60 KB at most without handles, 15 KB more for each. Profiles are not in it: their sampler does not outlive its session. */
export interface LeakState {
  version: typeof STATE_VERSION;
  timeScale: number;
  startMs: number;
  nativeShiftBytes: number;
  nativeFloorBytes?: number;
  classes: { heap: SavedWatch; external: SavedWatch; native: SavedWatch };
  handles: [name: string, watch: SavedWatch][];
  work: SavedLevels;
  allocated: SavedLevels;
  leaks: [LeakKind, KnownLeak][];
}

export class LeakDetector {
  readonly #timeScale: number;
  readonly #heap: GrowthWatch;
  readonly #external: GrowthWatch;
  readonly #native: GrowthWatch;
  readonly #handles: HandleWatch;
  readonly #work: LevelHistory;
  readonly #allocated: LevelHistory;
  readonly #ages: AgeEvidence;
  readonly #leaks: Map<LeakKind, KnownLeak>;
  #startMs: number;
  #nowMs = Number.NEGATIVE_INFINITY;
  #checkedMs = Number.NEGATIVE_INFINITY;
  /** What a snapshot of pitot's own left in malloc, and the level before it, which that is above. */
  #nativeShiftBytes: number;
  #nativeFloorBytes: number;
  #rebaseFrom: number | undefined;
  #limits: LeakLimits = { heapLimitBytes: null, memoryLimitBytes: null, usedBytes: 0 };
  #wantsProfile = false;
  readonly #suspicions = { heap: new HeldSuspicion(), external: new HeldSuspicion(), native: new HeldSuspicion(), handles: new HeldSuspicion() };
  #verdicts: LeakVerdict[] = [];

  /**
   * timeScale: divides every duration that is waited for; an hour of a rate is that much shorter too.
   * startMs: when the process began, as the points' atMs; by default the first point's. saved: of save(); another version or scale is left aside.
   */
  constructor(options: { timeScale: number; startMs?: number }, saved?: unknown) {
    this.#timeScale = options.timeScale;
    const state = isState(saved, options.timeScale) ? saved : undefined;
    this.#startMs = state?.startMs ?? (options.startMs ?? Number.NaN) * options.timeScale;
    this.#heap = new GrowthWatch('last', HEAP_SCALE, state?.classes.heap);
    this.#external = new GrowthWatch('least', EXTERNAL_SCALE, state?.classes.external);
    this.#native = new GrowthWatch('least', NATIVE_SCALE, state?.classes.native);
    this.#handles = new HandleWatch(state?.handles);
    this.#work = new LevelHistory('last', state?.work);
    this.#allocated = new LevelHistory('last', state?.allocated);
    this.#ages = new AgeEvidence(this.#allocated);
    this.#leaks = new Map(state?.leaks);
    this.#nativeShiftBytes = state?.nativeShiftBytes ?? 0;
    this.#nativeFloorBytes = state?.nativeFloorBytes ?? 0;
  }

  /** Points come in order of time, one every few seconds. Trends are judged once a minute: 3 ms then, 20 ms when 32 counts grow, else 5 µs. */
  add(point: MemoryPoint, limits: LeakLimits): void {
    const nowMs = point.atMs * this.#timeScale;
    if (!(nowMs > this.#nowMs)) return;
    if (Number.isNaN(this.#startMs)) this.#startMs = nowMs;
    this.#nowMs = nowMs;
    this.#limits = limits;
    if (point.liveBytes !== null) this.#heap.history.add(nowMs, point.liveBytes);
    this.#external.history.add(nowMs, point.externalBytes);
    this.#addNative(nowMs, point.nativeBytes);
    this.#handles.add(nowMs, point.handles);
    if (point.work !== undefined) this.#work.add(nowMs, point.work);
    // Then births are taken as even in time, and traffic is calls alone.
    if (Number.isNaN(point.allocatedBytes)) this.#allocated.forget();
    else this.#allocated.add(nowMs, point.allocatedBytes);
    if (nowMs - this.#checkedMs < CHECK_MS) return;
    this.#checkedMs = nowMs;
    for (const watch of [this.#heap, this.#external, this.#native, this.#handles]) watch.check(nowMs, this.#startMs, this.#clock);
    this.#judge();
  }

  /** One sampling heap profile would tell more than it costs, a full collection. At most one in three minutes, after a refuted suspicion in 15 and more. */
  get wantsProfile(): boolean {
    return this.#wantsProfile;
  }

  /** The profile; any profile is welcome, also one taken for another reason. liveAfterBytes: after the collection it has forced. */
  corroborate(ages: AgeSamples, atMs: number, liveAfterBytes: number | null): void {
    const nowMs = atMs * this.#timeScale;
    if (liveAfterBytes !== null) this.#heap.history.add(nowMs, liveAfterBytes);
    if (nowMs > this.#nowMs) this.#nowMs = nowMs;
    this.#heap.check(nowMs, this.#startMs, this.#clock);
    const trend = this.#heap.persisting ?? this.#heap.first;
    const scaled = { ...ages, startedAtMs: ages.startedAtMs * this.#timeScale };
    this.#ages.bring(scaled, nowMs, this.#startMs, trend, this.#heap.history);
    this.#judge();
  }

  /** Memory jumps at this time by pitot's own doing, as by a heap snapshot: the native level goes on from where it was. */
  rebaseline(atMs: number): void {
    this.#rebaseFrom = Math.max(atMs * this.#timeScale, this.#nowMs);
  }

  /** Resident memory that pitot's own snapshots left behind: malloc keeps it, gives it back later, or uses it again. */
  get snapshotBytes(): number {
    return this.#nativeShiftBytes;
  }

  /** One a kind. */
  verdicts(): LeakVerdict[] {
    return this.#verdicts;
  }

  save(): LeakState {
    return {
      version: STATE_VERSION,
      timeScale: this.#timeScale,
      startMs: this.#startMs,
      nativeShiftBytes: this.#nativeShiftBytes,
      nativeFloorBytes: this.#nativeFloorBytes,
      classes: { heap: this.#heap.save(), external: this.#external.save(), native: this.#native.save() },
      handles: this.#handles.save(),
      work: this.#work.save(),
      allocated: this.#allocated.save(),
      leaks: [...this.#leaks],
    };
  }

  #addNative(nowMs: number, bytes: number): void {
    if (this.#rebaseFrom !== undefined && nowMs >= this.#rebaseFrom) {
      this.#rebaseFrom = undefined;
      const before = this.#native.history.latest;
      if (!Number.isNaN(before)) {
        this.#nativeShiftBytes = Math.max(0, bytes - before);
        this.#nativeFloorBytes = Math.min(before, ...this.#native.history.since(nowMs - SHIFT_FLOOR_MS).values);
      }
    }
    // What is gone of it was given back: kept as a shift, it would hide a leak of its size.
    this.#nativeShiftBytes = Math.max(0, Math.min(this.#nativeShiftBytes, bytes - this.#nativeFloorBytes));
    this.#native.history.add(nowMs, bytes - this.#nativeShiftBytes);
  }

  /** Of work: calls finished, or, where they are not counted, bytes allocated. */
  get #clock(): LevelHistory {
    return this.#work.latestMs > Number.NEGATIVE_INFINITY ? this.#work : this.#allocated;
  }

  #judge(): void {
    const nowMs = this.#nowMs;
    const { heapLimitBytes, memoryLimitBytes } = this.#limits;
    const usedBytes = Math.max(0, this.#limits.usedBytes - this.#nativeShiftBytes);
    const memoryLimit =
      memoryLimitBytes === null
        ? []
        : [{ name: 'memory limit', missingBytes: memoryLimitBytes - usedBytes, usedRatio: usedBytes / memoryLimitBytes } as const];
    const level = this.#heap.history.latest;
    const heapLimit =
      heapLimitBytes === null ? [] : [{ name: 'heap limit', missingBytes: heapLimitBytes - level, usedRatio: level / heapLimitBytes } as const];
    const growing = this.#handles.growing();
    const shared = {
      nowMs,
      startMs: this.#startMs,
      work: this.#clock,
      growingHandles: growing.map(({ name }) => name),
    };
    const classes: Growth[] = [
      { ...shared, kind: 'heap', watch: this.#heap, perHourMin: BYTES_PER_HOUR_MIN, limits: [...heapLimit, ...memoryLimit], ages: this.#ages },
      { ...shared, kind: 'external', watch: this.#external, perHourMin: BYTES_PER_HOUR_MIN, limits: memoryLimit },
      { ...shared, kind: 'native', watch: this.#native, perHourMin: NATIVE_BYTES_PER_HOUR_MIN, limits: memoryLimit },
      { ...shared, kind: 'handles', watch: growing[0]?.watch, name: growing[0]?.name, perHourMin: 0, limits: [] },
    ];
    let heap: GrowthWatch | undefined;
    this.#verdicts = classes.map((growth) => {
      const before = this.#leaks.get(growth.kind);
      const { verdict, known, isRefuted } = judgeGrowth(growth.kind === 'native' ? { ...growth, heap } : growth, before);
      if (known === undefined) this.#leaks.delete(growth.kind);
      else this.#leaks.set(growth.kind, known);
      const held = this.#suspicions[growth.kind].hold(verdict, isRefuted === true, nowMs);
      if (growth.kind === 'heap' && held.verdict !== 'none') heap = this.#heap;
      return unscaled(held, this.#timeScale);
    });
    const known = this.#leaks.get('heap');
    const isSettled = known !== undefined && (known.isCritical || this.#heap.persisting?.isCritical !== true);
    this.#wantsProfile = this.#ages.wants(this.#heap.provable, isSettled, nowMs, level);
  }
}

const unscaled = (verdict: LeakVerdict, timeScale: number): LeakVerdict => ({
  ...verdict,
  sinceMs: verdict.sinceMs === null ? null : verdict.sinceMs / timeScale,
});

function isState(saved: unknown, timeScale: number): saved is LeakState {
  const state = saved as Partial<LeakState> | null | undefined;
  return typeof state === 'object' && state?.version === STATE_VERSION && state.timeScale === timeScale;
}
