// What the evaluation knows of a program: what must come out, and what it does in numbers.

/** `leak`: a verdict `leak` must come. `none`: it must not. `notice`: it must not either, but a suspicion is no surprise. */
export type Expected = 'leak' | 'none' | 'notice';

export type MemoryKind = 'heap' | 'external' | 'native' | 'handles';

export interface Pattern {
  id: string;
  /** Number in LEAKS.md §4.1, or the package of §4.2. */
  number: string;
  what: string;
  expected: Expected;
  /** Where the memory is. */
  kind: MemoryKind;
  /** Names of the class, the holder, or the last of the way to them: one of them must be the culprit's. Names of files do not count. Empty where nothing leaks. */
  culprit: RegExp[];
  /** Function that allocates what stays; empty where there is none with a name. */
  allocation: string;
  /** Program, from the root of the compiled tree, without its ending; its arguments. */
  program: string;
  args: string[];
  /** What the program is told to leak a simulated hour; 0 where nothing leaks. */
  bytesPerHour: number;
  /** Most that may live above the base, bytes; 0 where it leaks. */
  boundBytes: number;
  /** Simulated minutes that it is watched. */
  minutes: number;
  /** Packages that it needs, name@version. */
  install: string[];
}

/** Base that rates are shares of: what the programs hold when nothing leaks, about 50 MiB. */
export const BASE_BYTES = 50 * 2 ** 20;
