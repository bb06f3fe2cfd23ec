// A named path: times calls and records durations. Thread: application, each call. Forbidden: allocation, throwing into the host. Budget: 8 ns beside two clock reads; bench/hot-path.
import { monotonicMs } from '../core/clock.js';
import { DURATION_NS_MAX } from '../core/limits.js';
import { NS_PER_MS } from '../core/units.js';
import { CLAMPED, FLAG_ERROR, FLAG_NO_TIME, FLAG_SYNC, REJECTED, SHIFT_OFFSET, type ThreadMemory } from '../memory/thread-memory.js';
import type { RingWriter } from './ring-writer.js';

/** Token of a call that is not recorded, because no agent is loaded. */
const INACTIVE = 0;
/** Token of a call that is counted, not timed. */
const SAMPLED_OUT = -1;
/** Duration of such a call, and of one without an agent: below all durations. */
const NOT_TIMED = -1;

/**
 * A hot path of the application. Get one with `path(name, labels?)` once, outside the hot code, and keep it.
 *
 * Durations are nanoseconds, 0 to one hour, kept to 3 significant digits; longer ones count as one hour. Calls are counted exactly.
 * A path that is called so often that timing each call would exceed the overhead budget is timed 1 in N; `sampled` in the report tells N.
 * Without the agent loaded each call is a no-op of about a nanosecond.
 */
export class Path {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Calls until the next timed one: 0 = time every call, below 0 = no agent, 1 = time the next. */
  private skip = -1;
  private weightShift = 0;
  private id = 0;
  private readonly ring: RingWriter;
  private memory: ThreadMemory | null = null;
  private shifts: Uint8Array = NO_SHIFTS;

  /** @internal Use `path(name, labels?)`. */
  constructor(ring: RingWriter, name: string, labels: Readonly<Record<string, string>>) {
    this.ring = ring;
    this.name = name;
    this.labels = labels;
  }

  /** @internal Connects the path to the thread's memory; null disconnects. */
  bind(memory: ThreadMemory | null, id: number): void {
    this.id = id;
    this.memory = memory;
    this.shifts = memory === null ? NO_SHIFTS : memory.shifts;
    this.weightShift = 0;
    this.skip = memory === null ? -1 : 0;
  }

  /**
   * Starts a span and returns its token: a number, no allocation. Spans may overlap; each token is ended once.
   * Whether the span crosses an `await` is not known, so the CPU time within it counts to the path only while no other work is under way;
   * `time` and `wrap` tell a synchronous function exactly.
   */
  start(): number {
    return this.skip === 0 ? monotonicMs() : this.startSampled();
  }

  /** Ends the span of a token from `start()`. `ok = false` counts an error. */
  end(token: number, ok = true): void {
    this.endTimed(token, ok);
  }

  /** @internal As `end`. Returns the duration in ms, -1 when it was not timed: who looks for the slowest calls needs no clock of its own. */
  endTimed(token: number, ok: boolean): number {
    // The type first: a symbol cannot be compared.
    if (typeof token === 'number' && token > 0) {
      const endMs = monotonicMs();
      const durationMs = endMs - token;
      this.put(durationMs * NS_PER_MS, (endMs * 1000) >>> 0, 0, ok);
      return durationMs;
    }
    if (token === SAMPLED_OUT) this.countSkipped(ok);
    else if (token !== INACTIVE) this.reject();
    return NOT_TIMED;
  }

  /** Records a duration in ns that was measured elsewhere. NaN, infinite and negative ones are rejected and counted in the report. */
  record(durationNs: number): void {
    if (this.skip === 0 || this.isDue()) this.put(durationNs, 0, FLAG_NO_TIME, true);
  }

  /** Records a span that began at `startMs` on the clock of `performance.now()` and ends now. */
  endFrom(startMs: number, ok = true): void {
    if (this.skip === 0 || this.isDue()) {
      const endMs = monotonicMs();
      this.put(typeof startMs === 'number' ? (endMs - startMs) * NS_PER_MS : Number.NaN, (endMs * 1000) >>> 0, 0, ok);
    } else if (!ok && this.memory !== null) this.memory.errors[this.id]++;
  }

  /**
   * Times one call of `fn` and returns what it returns. A promise is timed until it settles; a throw or a rejection counts an error and goes on to the caller.
   * Other thenables (lazy query builders, promises with methods of their own) are timed until `fn` returns: their `then` may start them, and what it
   * gives lacks their methods. The promise that comes back is a derived one: who neither awaits nor catches it has an unhandled rejection, also where `fn`
   * itself caught the original's.
   */
  time<T>(fn: () => T): T {
    const token = this.start();
    let result: T;
    try {
      result = fn();
    } catch (error) {
      this.endSync(token, false);
      throw error;
    }
    if (isPlainPromise(result)) return this.settle(result, token) as T;
    this.endSync(token, true);
    return result;
  }

  /** Returns a function that behaves as `fn` (this, name, length, properties, `new`) and times each call. */
  wrap<F extends (...args: never[]) => unknown>(fn: F): F {
    const path = this;
    const target = fn as unknown as (...args: unknown[]) => unknown;
    const wrapper = function (this: unknown, ...args: unknown[]): unknown {
      const token = path.start();
      let result: unknown;
      try {
        result =
          new.target === undefined
            ? Reflect.apply(target, this, args)
            : Reflect.construct(target, args, new.target === wrapper ? target : new.target);
      } catch (error) {
        path.endSync(token, false);
        throw error;
      }
      if (isPlainPromise(result)) return path.settle(result, token);
      path.endSync(token, true);
      return result;
    };
    Object.defineProperties(wrapper, Object.getOwnPropertyDescriptors(fn));
    Object.setPrototypeOf(wrapper, Object.getPrototypeOf(fn));
    return wrapper as unknown as F;
  }

  /**
   * @internal Ends the span of a function that has returned or thrown: from start to end it was the work of the thread. Token of this path's own start().
   * Returns the duration in ms, -1 when it was not timed.
   */
  endSync(token: number, ok: boolean): number {
    if (token > 0) {
      const endMs = monotonicMs();
      const durationMs = endMs - token;
      this.put(durationMs * NS_PER_MS, (endMs * 1000) >>> 0, FLAG_SYNC, ok);
      return durationMs;
    }
    if (token === SAMPLED_OUT) this.countSkipped(ok);
    return NOT_TIMED;
  }

  /** The derived promise is returned, not the original: a handler on the original would hide its unhandled rejection from the host. */
  private settle<T>(promise: Promise<T>, token: number): Promise<T> {
    if (token === INACTIVE) return promise;
    return promise.then(
      (value) => {
        this.end(token);
        return value;
      },
      (error: unknown) => {
        this.end(token, false);
        throw error;
      },
    );
  }

  private startSampled(): number {
    if (this.skip < 0) return INACTIVE;
    if (this.skip > 1) {
      this.skip--;
      return SAMPLED_OUT;
    }
    this.readShift();
    return monotonicMs();
  }

  private isDue(): boolean {
    if (this.skip < 0) return false;
    if (this.skip > 1) {
      this.skip--;
      this.countSkipped(true);
      return false;
    }
    this.readShift();
    return true;
  }

  private countSkipped(ok: boolean): void {
    const memory = this.memory;
    if (memory === null) return;
    memory.sampledOut[this.id]++;
    if (!ok) memory.errors[this.id]++;
  }

  /** Gaps are drawn uniformly from 1..2N-1, mean N: a fixed stride would lock on to periodic work. */
  private readShift(): void {
    const shift = this.shifts[this.id];
    this.weightShift = shift;
    this.skip = shift === 0 ? 0 : 1 + Math.floor(Math.random() * ((2 << shift) - 1));
  }

  private put(durationNs: number, endUs: number, flags: number, ok: boolean): void {
    const memory = this.memory;
    if (memory === null) return;
    if (typeof durationNs !== 'number') {
      memory.tallies[REJECTED]++;
      return;
    }
    let value = durationNs;
    if (!(value >= 0 && value <= DURATION_NS_MAX)) {
      if (!(value > DURATION_NS_MAX) || value === Number.POSITIVE_INFINITY) {
        memory.tallies[REJECTED]++;
        return;
      }
      memory.tallies[CLAMPED]++;
      value = DURATION_NS_MAX;
    }
    const id = this.id;
    let meta = id | (this.weightShift << SHIFT_OFFSET) | flags;
    if (!ok) meta |= FLAG_ERROR;
    if (!this.ring.write(meta, endUs, value)) memory.dropped[id]++;
    // After its call: the agent takes errors first, so that it never sees more of them.
    if (!ok) memory.errors[id]++;
    if (this.shifts[id] !== this.weightShift) this.readShift();
  }

  private reject(): void {
    if (this.memory !== null) this.memory.tallies[REJECTED]++;
  }
}

/** @internal A promise as the language makes them, with nothing added: only its settling matters, so a derived one may stand for it. */
export function isPlainPromise(value: unknown): value is Promise<unknown> {
  return value instanceof Promise && Object.getPrototypeOf(value) === Promise.prototype && Object.keys(value).length === 0;
}

const NO_SHIFTS = new Uint8Array(1);
