// Producer side of a ring. Thread: its application thread, each record. Forbidden: allocation, throwing, locks. Budget: 4 ns a record; bench/hot-path.
import { RING_RECORDS } from '../core/limits.js';
import { wakeAgent } from '../memory/control-memory.js';
import { HEAD, TAIL, type ThreadMemory } from '../memory/thread-memory.js';

/** Assumption A3 of thread-memory: hardware that keeps stores in order needs no fence to publish. */
const STORES_IN_ORDER = process.arch === 'x64' || process.arch === 'ia32';

/** Writes records, wakes the agent when the ring passes half full, refuses when it is full. */
export class RingWriter {
  private words: Int32Array = new Int32Array(128);
  private ringWords: Uint32Array = new Uint32Array(4);
  private ringValues: Float64Array = new Float64Array(2);
  private mask = 0;
  /** Head at which the tail must be read again: half full, then full. Cached, so that most records do not touch the consumer's line. */
  private checkAt = RING_RECORDS >> 1;
  private control: Int32Array = new Int32Array(16);

  attach(memory: ThreadMemory, control: Int32Array): void {
    this.words = memory.words;
    this.ringWords = memory.ringWords;
    this.ringValues = memory.ringValues;
    this.mask = memory.ringMask;
    this.control = control;
    this.checkAt = (memory.words[TAIL] + ((memory.ringMask + 1) >> 1)) | 0;
  }

  /** False: the ring is full and nothing was written. */
  write(meta: number, endUs: number, value: number): boolean {
    const head = this.words[HEAD];
    if (head === this.checkAt && !this.hasRoom(head)) return false;
    const at = head & this.mask;
    this.ringValues[at * 2 + 1] = value;
    this.ringWords[at * 4] = meta;
    this.ringWords[at * 4 + 1] = endUs;
    if (STORES_IN_ORDER) this.words[HEAD] = (head + 1) | 0;
    else Atomics.store(this.words, HEAD, (head + 1) | 0);
    return true;
  }

  private hasRoom(head: number): boolean {
    const capacity = this.mask + 1;
    const tail = Atomics.load(this.words, TAIL);
    const used = (head - tail) | 0;
    if (used >= capacity) {
      wakeAgent(this.control);
      return false;
    }
    if (used < capacity >> 1) {
      this.checkAt = (tail + (capacity >> 1)) | 0;
      return true;
    }
    wakeAgent(this.control);
    this.checkAt = (tail + capacity) | 0;
    return true;
  }
}
