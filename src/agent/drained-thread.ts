// One application thread as the agent sees it: its memory, how its ids map to the process's, what it has moved into windows.
import { COUNTER_SLOTS, PATH_SLOTS, RESERVED_PATHS, SPAN_LOG_SPANS, SPAN_LOG_WORKER_SPANS } from '../core/limits.js';
import { type Definition, readDefinitions } from '../memory/definition-log.js';
import {
  CLAMPED,
  DEFINITION_LENGTH,
  HEAD,
  OS_TID,
  REJECTED,
  SAMPLE,
  SAMPLE_SEQ,
  SERIAL,
  STATE,
  STATE_RETIRED,
  STATE_RUNNING,
  TAIL,
  THREAD_ID,
  type ThreadMemory,
} from '../memory/thread-memory.js';
import { S_DROPPED, S_ERRORS, S_SAMPLED_OUT, STAT_FIELDS, W_CLAMPED, W_REJECTED, type WindowMemory } from '../memory/window-memory.js';
import type { Directory } from './directory.js';
import type { MainSample } from './samplers/runtime-sample.js';
import { SpanLog } from './span-log.js';

/** Consumer side of one thread's memory, without the ring (see drain). */
export class DrainedThread {
  readonly memory: ThreadMemory;
  readonly name: string;
  readonly serial: number;
  readonly threadId: number;
  readonly osTid: number;
  /** Thread's path id -> process's path id. */
  readonly pathIds = new Uint16Array(PATH_SLOTS);
  readonly gauges: Definition[] = [];
  /** Timed records, of these untimed, and calls sampled out a path since the budget last looked. */
  readonly timedLately = new Float64Array(PATH_SLOTS);
  readonly untimedLately = new Float64Array(PATH_SLOTS);
  readonly sampledOutLately = new Float64Array(PATH_SLOTS);
  /** Spans that wait to be joined with CPU samples; off until it is switched on. */
  readonly spans: SpanLog;
  pathsEnd = RESERVED_PATHS;
  ended = false;
  draining: Promise<void> | null = null;
  private readonly directory: Directory;
  private readonly counterIds = new Uint16Array(COUNTER_SLOTS);
  private countersEnd = 1;
  private definitionsAt = 0;

  constructor(memory: ThreadMemory, name: string, directory: Directory) {
    this.memory = memory;
    this.name = name;
    this.directory = directory;
    this.spans = new SpanLog(name === 'main' ? SPAN_LOG_SPANS : SPAN_LOG_WORKER_SPANS);
    this.serial = memory.words[SERIAL];
    this.threadId = memory.words[THREAD_ID];
    this.osTid = memory.words[OS_TID];
    for (let id = 0; id < RESERVED_PATHS; id++) this.pathIds[id] = id;
    this.readNewDefinitions();
  }

  get tail(): number {
    return this.memory.words[TAIL];
  }

  get head(): number {
    return Atomics.load(this.memory.words, HEAD);
  }

  get backlog(): number {
    return (this.head - this.tail) | 0;
  }

  /** True when the thread writes no more: it said so, or whoever made it saw it end. */
  get isEnded(): boolean {
    return this.ended || Atomics.load(this.memory.words, STATE) !== STATE_RUNNING;
  }

  /** True when its last record and slot were moved, here or by an agent before this one. */
  get isRetired(): boolean {
    return Atomics.load(this.memory.words, STATE) === STATE_RETIRED;
  }

  /** The thread has ended and everything of it is in windows. */
  retire(): void {
    Atomics.store(this.memory.words, STATE, STATE_RETIRED);
  }

  /** Definitions are published before the first record that uses them, so calling this after reading head finds all that are needed. */
  readNewDefinitions(): void {
    const { definitions, next } = readDefinitions(this.memory.definitions, this.memory.words, DEFINITION_LENGTH, this.definitionsAt);
    this.definitionsAt = next;
    for (const definition of definitions) {
      if (definition.kind === 'gauge') this.gauges.push(definition);
      else if (definition.kind === 'counter') {
        this.counterIds[definition.id] = this.directory.idOf(definition);
        this.countersEnd = Math.max(this.countersEnd, definition.id + 1);
      } else {
        this.pathIds[definition.id] = this.directory.idOf(definition);
        this.pathsEnd = Math.max(this.pathsEnd, definition.id + 1);
      }
    }
  }

  /** Moves what the thread counted outside its ring into a window. Each row is a straight line: all or nothing. */
  moveSlots(window: WindowMemory, totals: Float64Array): void {
    this.readNewDefinitions();
    const { memory, pathIds } = this;
    for (let id = 0; id < this.pathsEnd; id++) {
      const sampledOut = memory.sampledOut[id] - memory.sampledOutSeen[id];
      const dropped = memory.dropped[id] - memory.droppedSeen[id];
      const errors = memory.errors[id] - memory.errorsSeen[id];
      if (sampledOut + dropped + errors === 0) continue;
      const row = pathIds[id] * STAT_FIELDS;
      window.stats[row + S_SAMPLED_OUT] += sampledOut;
      window.stats[row + S_DROPPED] += dropped;
      window.stats[row + S_ERRORS] += errors;
      memory.sampledOutSeen[id] += sampledOut;
      memory.droppedSeen[id] += dropped;
      memory.errorsSeen[id] += errors;
      this.sampledOutLately[id] += sampledOut;
    }
    for (let id = 0; id < this.countersEnd; id++) {
      const value = memory.counters[id];
      const delta = value - memory.countersSeen[id];
      if (delta === 0) continue;
      window.counters[this.counterIds[id]] += delta;
      totals[this.counterIds[id]] += delta;
      memory.countersSeen[id] = value;
    }
    const rejected = memory.tallies[REJECTED] - memory.talliesSeen[REJECTED];
    window.header[W_REJECTED] += rejected;
    memory.talliesSeen[REJECTED] += rejected;
    const clamped = memory.tallies[CLAMPED] - memory.talliesSeen[CLAMPED];
    window.header[W_CLAMPED] += clamped;
    memory.talliesSeen[CLAMPED] += clamped;
  }

  /** Newest sample of the thread's heap and loop; null before the first, or when it was being written all the time. */
  readSample(): ThreadSample | null {
    const { words, sample } = this.memory;
    for (let attempt = 0; attempt < 100; attempt++) {
      const before = Atomics.load(words, SAMPLE_SEQ);
      if (before === 0) return null;
      const copy = sample.slice();
      if ((before & 1) === 0 && Atomics.load(words, SAMPLE_SEQ) === before) return toSample(copy);
    }
    return null;
  }
}

/** A thread's heap and loop at one moment. Its spaces are in the order of v8.getHeapSpaceStatistics(), which is the same on every thread. */
export type ThreadSample = Omit<MainSample, 'spaces'> & { spaces: { usedBytes: number; sizeBytes: number }[] };

function toSample(at: Float64Array): ThreadSample {
  const spaces = [];
  for (let i = 0; i < at[SAMPLE.spaceCount]; i++) spaces.push({ usedBytes: at[SAMPLE.spaces + i * 2], sizeBytes: at[SAMPLE.spaces + i * 2 + 1] });
  return {
    heapUsedBytes: at[SAMPLE.heapUsedBytes],
    heapTotalBytes: at[SAMPLE.heapTotalBytes],
    externalBytes: at[SAMPLE.externalBytes],
    arrayBuffersBytes: at[SAMPLE.arrayBuffersBytes],
    heapLimitBytes: at[SAMPLE.heapLimitBytes],
    liveBytes: at[SAMPLE.liveBytes],
    liveExternalBytes: at[SAMPLE.liveExternalBytes],
    fullCollections: at[SAMPLE.fullCollections],
    allocatedBytes: at[SAMPLE.allocatedBytes],
    nativeContexts: at[SAMPLE.nativeContexts],
    detachedContexts: at[SAMPLE.detachedContexts],
    loopIdleMs: at[SAMPLE.loopIdleMs],
    loopActiveMs: at[SAMPLE.loopActiveMs],
    spaces,
  };
}
