// One top-level value of a heap snapshot while it streams by, chunk for chunk.

export interface Section {
  /** Whether the value has ended. */
  done: boolean;
  /** Takes bytes [from, to); returns where it stopped: at the first byte behind its value, or at `to`. */
  feed(bytes: Uint8Array, from: number, to: number): number;
}

/** Tells of a byte that may not stand where it stands. */
export type ByteFault = (at: number, what: string) => Error;

export const QUOTE = 0x22;
export const BACKSLASH = 0x5c;
export const COMMA = 0x2c;
export const OPEN_LIST = 0x5b;
export const CLOSE_LIST = 0x5d;
export const OPEN_OBJECT = 0x7b;
export const CLOSE_OBJECT = 0x7d;

/** JSON's white space: line feed, carriage return, tab, space. */
export const isSpace = (byte: number): boolean => byte === 0x0a || byte === 0x0d || byte === 0x09 || byte === 0x20;
