// The list of strings of a heap snapshot: where each begins. Their text stays in the file, as it is most of some heaps and little of it is ever shown.
import { HEAP_MEMORY_PAIR_BYTES, HEAP_MEMORY_STRING_BYTES } from '../core/limits.js';
import type { MemoryAllowance } from './memory-allowance.js';
import { BACKSLASH, type ByteFault, CLOSE_LIST, COMMA, isSpace, OPEN_LIST, QUOTE, type Section } from './section.js';

/** Bytes at the start of a string that are looked at while it passes: the name of a weak map's pair is longer, but says here that it is one. */
const HEAD_BYTES = 40;
const PAIR = / \/ part of key /;

type State = 'open' | 'first' | 'next' | 'string' | 'escaped' | 'separator';

export class StringSection implements Section {
  done = false;
  count = 0;
  /** Offset in the file behind the last string's closing quote. */
  endOffset = 0;
  /** Strings that name an edge of a weak map's pair, by index. */
  readonly pairNames: number[] = [];
  /** Offset in the file of each string's first character, behind its quote. 2^53 bytes: a file may be over 4 GiB. */
  #starts: Float64Array | Uint32Array;
  readonly #memory: MemoryAllowance;
  readonly #fault: ByteFault;
  #state: State = 'open';
  /** Offset in the file of the chunk in hand; the reader sets it. */
  chunkOffset = 0;
  readonly #head = Buffer.alloc(HEAD_BYTES);
  #headLength = 0;

  /** No file declares its strings: they are charged as they come. */
  constructor(fileBytes: number, memory: MemoryAllowance, fault: ByteFault) {
    this.#starts = fileBytes <= 0xffff_ffff ? new Uint32Array(1024) : new Float64Array(1024);
    this.#memory = memory;
    this.#fault = fault;
  }

  /** Offsets of all strings; to be asked for when done. */
  starts(): Float64Array | Uint32Array {
    return this.#starts.subarray(0, this.count);
  }

  feed(bytes: Uint8Array, from: number, to: number): number {
    let at = from;
    while (at < to && !this.done) {
      if (this.#state === 'string') at = this.#inString(bytes, at, to);
      else if (this.#state === 'escaped') {
        this.#keepHead(bytes, at, at + 1);
        this.#state = 'string';
        at++;
      } else {
        this.#between(bytes[at], at);
        at++;
      }
    }
    return at;
  }

  #inString(bytes: Uint8Array, from: number, to: number): number {
    let at = from;
    while (at < to && bytes[at] !== QUOTE && bytes[at] !== BACKSLASH) at++;
    if (this.#headLength < HEAD_BYTES) this.#keepHead(bytes, from, Math.min(at, from + HEAD_BYTES));
    if (at === to) return to;
    if (bytes[at] === BACKSLASH) this.#state = 'escaped';
    else {
      this.endOffset = this.chunkOffset + at;
      this.#ended();
    }
    return at + 1;
  }

  #ended(): void {
    this.#state = 'separator';
    // A digit first: `12 / part of key (K @6157) -> value (V @6153) pair in WeakMap (table @78021)`.
    if (this.#headLength < 20 || (this.#head[0] - 0x30) >>> 0 > 9) return;
    if (!PAIR.test(this.#head.toString('latin1', 0, this.#headLength))) return;
    this.#memory.charge(HEAP_MEMORY_PAIR_BYTES, () => `${this.pairNames.length} names of pairs of weak maps`);
    this.pairNames.push(this.count - 1);
  }

  #keepHead(bytes: Uint8Array, from: number, to: number): void {
    for (let at = from; at < to && this.#headLength < HEAD_BYTES; at++) this.#head[this.#headLength++] = bytes[at];
  }

  #between(byte: number, at: number): void {
    if (isSpace(byte)) return;
    if (this.#state === 'open' && byte === OPEN_LIST) this.#state = 'first';
    else if (byte === QUOTE && (this.#state === 'first' || this.#state === 'next')) this.#begin(at + 1);
    else if (byte === COMMA && this.#state === 'separator') this.#state = 'next';
    else if (byte === CLOSE_LIST && (this.#state === 'first' || this.#state === 'separator')) this.done = true;
    else throw this.#fault(at, 'no list of strings');
  }

  #begin(at: number): void {
    if (this.count === this.#starts.length) {
      const width = this.#starts.BYTES_PER_ELEMENT;
      // While it grows, the old list is there too.
      this.#memory.charge(this.count * (HEAP_MEMORY_STRING_BYTES + 1.5 * width), () => `over ${this.count} strings`);
      const larger = this.#starts instanceof Uint32Array ? new Uint32Array(this.count * 2) : new Float64Array(this.count * 2);
      larger.set(this.#starts);
      this.#starts = larger;
    }
    this.#starts[this.count++] = this.chunkOffset + at;
    this.#headLength = 0;
    this.#state = 'string';
  }
}
