// The kinds of value an option may have: each turns what a user wrote into a value, or undefined where it is not allowed.
import { BYTES_PER_MIB } from '../core/units.js';

/** What is allowed, in words and as a parser. Text in canonical form is read like the value itself, because an environment has only text. */
export interface OptionKind<T> {
  /** For messages and documentation, to follow "expected". */
  allowed: string;
  /** One value that is right, for the remedy. */
  example: string;
  /** Undefined: not allowed. */
  parse(value: unknown): T | undefined;
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const BYTES = /^(\d+(?:\.\d+)?)\s*(b|kib|mib|gib|tib)?$/i;
const BYTES_PER_UNIT: Record<string, number> = {
  b: 1,
  kib: 1024,
  mib: BYTES_PER_MIB,
  gib: BYTES_PER_MIB * 1024,
  tib: BYTES_PER_MIB * BYTES_PER_MIB,
};

export const boolean: OptionKind<boolean> = {
  allowed: '1, 0, true or false',
  example: '1',
  parse(value) {
    if (value === true || value === 1 || value === '1' || value === 'true') return true;
    if (value === false || value === 0 || value === '0' || value === 'false') return false;
    return undefined;
  },
};

export function number(min: number, max: number, example = min): OptionKind<number> {
  return {
    allowed: `a number ${min}..${max}`,
    example: String(example),
    parse: (value) => within(readNumber(value), min, max),
  };
}

export function whole(min: number, max: number, example = min): OptionKind<number> {
  return {
    allowed: `a whole number ${min}..${max}`,
    example: String(example),
    parse: (value) => within(readWhole(value), min, max),
  };
}

/** A whole number in a range, or 0 for "off". */
export function wholeOrOff(min: number, max: number, example = min): OptionKind<number> {
  return {
    allowed: `0 or a whole number ${min}..${max}`,
    example: String(example),
    parse: (value) => (readWhole(value) === 0 ? 0 : within(readWhole(value), min, max)),
  };
}

export function powerOfTwo(min: number, max: number): OptionKind<number> {
  return {
    allowed: `a power of two ${min}..${max}`,
    example: String(min),
    parse(value) {
      const read = within(readWhole(value), min, max);
      return read !== undefined && Number.isInteger(Math.log2(read)) ? read : undefined;
    },
  };
}

export function oneOf<T extends string | number>(values: readonly T[]): OptionKind<T> {
  return {
    allowed: values.length === 2 ? `${values[0]} or ${values[1]}` : `one of ${values.join(', ')}`,
    example: String(values[0]),
    parse: (value) => values.find((candidate) => candidate === value || (typeof value === 'string' && String(candidate) === value)),
  };
}

/** Some of a list of words, separated by commas, as text in the list's order; `none` for none of them. */
export function someOf(values: readonly string[], example: string): OptionKind<string> {
  return {
    allowed: `none, or some of ${values.join(', ')}, separated by commas`,
    example,
    parse(value) {
      const words = typeof value === 'string' ? value.split(',').map((word) => word.trim()) : Array.isArray(value) ? value : undefined;
      if (words === undefined) return undefined;
      if (words.length === 0 || (words.length === 1 && words[0] === 'none')) return 'none';
      return words.every((word) => values.includes(word)) ? values.filter((word) => words.includes(word)).join(',') : undefined;
    },
  };
}

export function bytes(min: number, max: number, allowed: string, example: string): OptionKind<number> {
  return {
    allowed,
    example,
    parse(value) {
      if (typeof value === 'number') return within(readWhole(value), min, max);
      const match = typeof value === 'string' ? BYTES.exec(value) : null;
      if (match === null) return undefined;
      return within(Math.round(Number(match[1]) * BYTES_PER_UNIT[(match[2] ?? 'b').toLowerCase()]), min, max);
    },
  };
}

export function text(allowed: string, example: string, charsMax = 4096): OptionKind<string> {
  return {
    allowed,
    example,
    parse: (value) =>
      typeof value === 'string' && value.trim() !== '' && value.length <= charsMax && !value.includes('\0') ? value.trim() : undefined,
  };
}

/** A path, or an object that the application gives: kept as its JSON text, which begins with a brace as no path of ours does. */
export function fileOrObject(allowed: string, example: string): OptionKind<string> {
  const path = text(allowed, example);
  return {
    allowed,
    example,
    parse(value) {
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
        try {
          return JSON.stringify(value);
        } catch {
          return undefined;
        }
      }
      return path.parse(value);
    },
  };
}

/** The same, or null where the value is found by itself. */
export function orNull<T>(kind: OptionKind<T>): OptionKind<T | null> {
  return {
    allowed: kind.allowed,
    example: kind.example,
    parse: (value) => (value === null ? null : kind.parse(value)),
  };
}

/** The same, or `off`, which is null. */
export function orOff<T>(kind: OptionKind<T>): OptionKind<T | null> {
  return {
    allowed: `off or ${kind.allowed}`,
    example: kind.example,
    parse: (value) => (value === null || value === 'off' || value === false ? null : kind.parse(value)),
  };
}

function readNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && NUMBER.test(value) ? Number(value) : undefined;
}

function readWhole(value: unknown): number | undefined {
  const read = readNumber(value);
  return read !== undefined && Number.isSafeInteger(read) ? read : undefined;
}

function within(value: number | undefined, min: number, max: number): number | undefined {
  return value !== undefined && value >= min && value <= max ? value : undefined;
}
