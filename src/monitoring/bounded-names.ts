// Handles by name, up to a bound: whatever comes beyond it shares one handle named (other).
import { OTHER } from '../core/instrument-names.js';
import { LABEL_CHARS_MAX } from '../core/limits.js';

/** Interned handles of one kind. Names come from the application and may be made from user input: they must not grow memory. */
export class BoundedNames<Handle> {
  private readonly handles = new Map<string, Handle>();
  private readonly limit: number;
  private readonly make: (name: string) => Handle;
  private other: Handle | null = null;
  /** The newest answer: who asks in a loop asks for the same one, and comparing a name with itself is a tenth of a look-up. */
  private lastName: string | null = null;
  private lastHandle: Handle | null = null;

  constructor(limit: number, make: (name: string) => Handle) {
    this.limit = limit;
    this.make = make;
  }

  get(name: string): Handle {
    if (name === this.lastName) return this.lastHandle as Handle;
    const handle = this.handles.get(name) ?? this.add(labelText(name));
    this.lastName = name;
    this.lastHandle = handle;
    return handle;
  }

  private add(name: string): Handle {
    const known = this.handles.get(name);
    if (known !== undefined) return known;
    if (this.handles.size >= this.limit || name === OTHER) return (this.other ??= this.make(OTHER));
    const handle = this.make(name);
    this.handles.set(name, handle);
    return handle;
  }
}

/** A label's text as instruments keep it: whoever holds names by themselves would keep longer ones apart that share an instrument. */
export function labelText(name: unknown, charsMax = LABEL_CHARS_MAX): string {
  try {
    return String(name).slice(0, charsMax);
  } catch {
    return '(unprintable)';
  }
}
