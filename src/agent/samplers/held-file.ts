// A file of /proc or /sys that stays open to be read again and again: a read at position 0 makes the kernel write it anew. Thread: agent. Cost: 1 to 3 µs.
import { closeSync, openSync, readSync } from 'node:fs';

/** Longer than any of the files read with it: cpu.stat has some 500 bytes. */
const BUFFER_BYTES = 4096;
/** One for all: nothing of it outlives a read. */
const $buffer = Buffer.allocUnsafe(BUFFER_BYTES);

/** An eighth of the cost of opening it each time. null from the first failure on: what the file told of is gone, and its name may be another's. */
export class HeldFile {
  private fd: number | null;

  constructor(path: string) {
    try {
      this.fd = openSync(path, 'r');
    } catch {
      this.fd = null;
    }
  }

  read(): string | null {
    if (this.fd === null) return null;
    try {
      return $buffer.toString('latin1', 0, readSync(this.fd, $buffer, 0, BUFFER_BYTES, 0));
    } catch {
      this.close();
      return null;
    }
  }

  close(): void {
    if (this.fd === null) return;
    try {
      closeSync(this.fd);
    } catch {
      // Nothing is left to close.
    }
    this.fd = null;
  }
}
