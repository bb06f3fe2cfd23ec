// Any JSON value of a heap snapshot: kept as text where it is short and wanted, else stepped over.
import { BACKSLASH, type ByteFault, CLOSE_LIST, CLOSE_OBJECT, COMMA, isSpace, OPEN_LIST, OPEN_OBJECT, QUOTE, type Section } from './section.js';

export class ValueSection implements Section {
  done = false;
  readonly #charsMax: number;
  readonly #fault: ByteFault;
  #parts: Buffer[] = [];
  #length = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #begun = false;

  /** `charsMax`: bytes of it that are kept; 0 steps over it, more than that is an error. */
  constructor(charsMax: number, fault: ByteFault) {
    this.#charsMax = charsMax;
    this.#fault = fault;
  }

  feed(bytes: Uint8Array, from: number, to: number): number {
    let at = from;
    while (at < to && !this.done) {
      if (this.#step(bytes[at])) at++;
    }
    if (this.#charsMax > 0) {
      this.#length += at - from;
      if (this.#length > this.#charsMax) throw this.#fault(at, `a value of more than ${this.#charsMax} bytes`);
      this.#parts.push(Buffer.from(bytes.subarray(from, at)));
    }
    return at;
  }

  text(): string {
    return Buffer.concat(this.#parts).toString('utf8');
  }

  /** Takes a byte; false where it belongs to what follows. */
  #step(byte: number): boolean {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (byte === BACKSLASH) this.#escaped = true;
      else if (byte === QUOTE) {
        this.#inString = false;
        this.done = this.#depth === 0;
      }
      return true;
    }
    if (isSpace(byte)) return true;
    // A bare number or word ends with whatever comes behind it.
    if (this.#depth === 0 && this.#begun && (byte === COMMA || byte === CLOSE_OBJECT || byte === CLOSE_LIST)) {
      this.done = true;
      return false;
    }
    this.#begun = true;
    if (byte === QUOTE) this.#inString = true;
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) this.#depth++;
    else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) this.done = --this.#depth <= 0;
    return true;
  }
}
