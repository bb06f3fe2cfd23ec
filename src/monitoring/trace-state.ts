// tracestate of the W3C Trace Context recommendation: vendors' own entries, newest first. Also an OpenTelemetry TraceState, by its methods.
import { TRACE_STATE_CHARS_MAX, TRACE_STATE_MEMBERS_MAX } from '../core/limits.js';

const KEY = /^(?:[a-z][a-z0-9_\-*/]{0,255}|[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13})$/;
const VALUE = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;
const WHITE_SPACE_AROUND = /^[ \t]+|[ \t]+$/g;
/** Entries above it go first where the whole is too long (section 3.3.1.5). */
const LONG_ENTRY_CHARS = 128;

/** Immutable: `set` and `unset` give a new one. */
export class TraceState {
  static readonly EMPTY = new TraceState([]);

  private readonly entries: readonly (readonly [key: string, value: string])[];

  private constructor(entries: readonly (readonly [string, string])[]) {
    this.entries = entries;
  }

  /** Of a header's value. A list with one mistake is discarded whole, as the recommendation demands: EMPTY. */
  static parse(header: string): TraceState {
    if (typeof header !== 'string') return TraceState.EMPTY;
    const entries: [string, string][] = [];
    const keys = new Set<string>();
    for (const member of header.split(',')) {
      const text = member.replace(WHITE_SPACE_AROUND, '');
      if (text === '') continue;
      const equals = text.indexOf('=');
      const key = text.slice(0, Math.max(0, equals));
      const value = text.slice(equals + 1);
      if (!KEY.test(key) || !VALUE.test(value) || keys.has(key) || entries.length === TRACE_STATE_MEMBERS_MAX) return TraceState.EMPTY;
      keys.add(key);
      entries.push([key, value]);
    }
    return entries.length === 0 ? TraceState.EMPTY : new TraceState(entries);
  }

  get(key: string): string | undefined {
    return this.entries.find((entry) => entry[0] === key)?.[1];
  }

  /** With this entry first; the last one makes room where there are 32. An entry that is not valid changes nothing. */
  set(key: string, value: string): TraceState {
    if (typeof key !== 'string' || typeof value !== 'string' || !KEY.test(key) || !VALUE.test(value)) return this;
    return new TraceState([[key, value] as const, ...this.unset(key).entries].slice(0, TRACE_STATE_MEMBERS_MAX));
  }

  unset(key: string): TraceState {
    return new TraceState(this.entries.filter((entry) => entry[0] !== key));
  }

  /** The header's value, at most 512 characters: beyond it entries longer than 128 go first, then those at the end. */
  serialize(): string {
    const members = this.entries.map(([key, value]) => `${key}=${value}`);
    let chars = members.reduce((sum, member) => sum + member.length + 1, -1);
    for (let i = members.length - 1; i >= 0 && chars > TRACE_STATE_CHARS_MAX; i--) {
      if (members[i].length > LONG_ENTRY_CHARS) chars -= members.splice(i, 1)[0].length + 1;
    }
    while (chars > TRACE_STATE_CHARS_MAX) chars -= members.pop()!.length + 1;
    return members.join(',');
  }
}
