// Strings of a heap snapshot, read from the file when asked for.
import { readSync } from 'node:fs';
import { HEAP_STRING_CHARS_MAX, HEAP_STRINGS_KEPT_MAX } from '../core/limits.js';

/** A character may be an escape of six bytes. */
const READ_BYTES_MAX = HEAP_STRING_CHARS_MAX * 6;

export class StringTable {
  readonly count: number;
  readonly #fd: number;
  readonly #starts: Float64Array | Uint32Array;
  readonly #endOffset: number;
  readonly #kept = new Map<number, string>();
  readonly #buffer = Buffer.alloc(READ_BYTES_MAX);

  constructor(fd: number, starts: Float64Array | Uint32Array, endOffset: number) {
    this.#fd = fd;
    this.#starts = starts;
    this.#endOffset = endOffset;
    this.count = starts.length;
  }

  /** The string, cut at HEAP_STRING_CHARS_MAX; '' where there is none of that index. The file must still be open. */
  at(index: number): string {
    if (!(index < this.count)) return '';
    const known = this.#kept.get(index);
    if (known !== undefined) return known;
    const text = this.#read(index);
    if (this.#kept.size >= HEAP_STRINGS_KEPT_MAX) this.#kept.clear();
    this.#kept.set(index, text);
    return text;
  }

  #read(index: number): string {
    const from = this.#starts[index];
    const to = index + 1 < this.count ? this.#starts[index + 1] : this.#endOffset + 1;
    const wanted = Math.min(to - from, READ_BYTES_MAX);
    const length = readSync(this.#fd, this.#buffer, 0, wanted, from);
    const end = closingQuote(this.#buffer, length);
    // A string that is longer than the buffer may be cut within a character, which becomes U+FFFD, or within an escape, which is left out.
    const text = this.#buffer.toString('utf8', 0, end);
    return unescaped(text).slice(0, HEAP_STRING_CHARS_MAX);
  }
}

function closingQuote(bytes: Buffer, length: number): number {
  for (let at = 0; at < length; at++) {
    if (bytes[at] === 0x5c) at++;
    else if (bytes[at] === 0x22) return at;
  }
  return length;
}

function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  try {
    return JSON.parse(`"${text.replace(/[\n\r\t]/g, ' ').replace(/(?<!\\)(\\\\)*\\(u[0-9a-f]{0,3})?$/i, '$1')}"`) as string;
  } catch {
    return text;
  }
}
