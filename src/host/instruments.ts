// The instruments of one thread, interned by name and labels; dormant until memory is attached. Rare calls only: not hot.
import { COUNTER_SLOTS, COUNTERS_MAX, LABEL_CHARS_MAX, LABELS_MAX, NAME_CHARS_MAX, PATHS_MAX, RESERVED_PATHS } from '../core/limits.js';
import { appendDefinition, type Definition } from '../memory/definition-log.js';
import { DEFINITION_LENGTH, type ThreadMemory } from '../memory/thread-memory.js';
import { Path } from './path.js';
import type { RingWriter } from './ring-writer.js';
import { Counter, Distribution, Gauge } from './values.js';

type Labels = Readonly<Record<string, unknown>>;

interface Bindable {
  bind(memory: ThreadMemory | null, id: number): void;
}

/** Names of the ids below RESERVED_PATHS, the same on every thread: the overflow path, and what pitot itself records. */
export const OVERFLOW_ID = 0;
export const GC_MINOR_ID = 1;
export const GC_MAJOR_ID = 2;
export const GC_INCREMENTAL_ID = 3;
export const GC_WEAK_ID = 4;
export const OWN_PAUSE_ID = 5;

/** Interns and binds instruments; every kind has its limit, and one overflow instrument that counts the rest. */
export class Instruments {
  private readonly ring: RingWriter;
  private readonly known = new Map<string, Path | Counter | Gauge | Distribution>();
  private readonly defined: { definition: Definition; target: Bindable }[] = [];
  private readonly overflow = { counter: new Counter('pitot.overflow', {}), gauge: new Gauge('pitot.overflow', {}) };
  private readonly overflowPath: Path;
  private next = { path: RESERVED_PATHS, counter: 1, gauge: 1 };
  private memory: ThreadMemory | null = null;

  constructor(ring: RingWriter) {
    this.ring = ring;
    this.overflowPath = new Path(ring, 'pitot.overflow', {});
  }

  /** Binds all known instruments to memory, and those to come; null makes them dormant. */
  attach(memory: ThreadMemory | null): void {
    this.memory = memory;
    this.overflowPath.bind(memory, OVERFLOW_ID);
    this.overflow.counter.bind(memory, 0);
    this.overflow.gauge.bind(memory, 0);
    for (const { definition, target } of this.defined) this.bind(definition, target);
  }

  path(name: string, labels?: Labels): Path {
    const clean = cleanLabels(labels);
    const key = keyOf('path', name, clean);
    const known = this.known.get(key);
    if (known) return known as Path;
    if (this.next.path >= PATHS_MAX + RESERVED_PATHS) return this.overflowPath;
    const path = new Path(this.ring, clip(name), clean);
    this.known.set(key, path);
    this.define({ kind: 'path', id: this.next.path++, name: path.name, labels: clean }, path);
    return path;
  }

  distribution(name: string, options?: { unit?: string; labels?: Labels }): Distribution {
    const clean = cleanLabels(options?.labels);
    const unit = String(options?.unit ?? '1').slice(0, 20);
    const key = keyOf('distribution', name, clean);
    const known = this.known.get(key);
    if (known) return known as Distribution;
    if (this.next.path >= PATHS_MAX + RESERVED_PATHS) return new Distribution(this.overflowPath, unit);
    const path = new Path(this.ring, clip(name), clean);
    const distribution = new Distribution(path, unit);
    this.known.set(key, distribution);
    this.define({ kind: 'distribution', id: this.next.path++, name: path.name, labels: clean, unit }, path);
    return distribution;
  }

  counter(name: string, labels?: Labels): Counter {
    const clean = cleanLabels(labels);
    const key = keyOf('counter', name, clean);
    const known = this.known.get(key);
    if (known) return known as Counter;
    if (this.next.counter > COUNTERS_MAX) return this.overflow.counter;
    const counter = new Counter(clip(name), clean);
    this.known.set(key, counter);
    this.define({ kind: 'counter', id: this.next.counter++, name: counter.name, labels: clean }, counter);
    return counter;
  }

  gauge(name: string, labels?: Labels): Gauge {
    const clean = cleanLabels(labels);
    const key = keyOf('gauge', name, clean);
    const known = this.known.get(key);
    if (known) return known as Gauge;
    if (this.next.gauge > COUNTERS_MAX) return this.overflow.gauge;
    const gauge = new Gauge(clip(name), clean);
    this.known.set(key, gauge);
    this.define({ kind: 'gauge', id: this.next.gauge++, name: gauge.name, labels: clean }, gauge);
    return gauge;
  }

  private define(definition: Definition, target: Bindable): void {
    this.defined.push({ definition, target });
    if (this.memory !== null) this.bind(definition, target);
  }

  /** The definition is published before the first record that uses its id. */
  private bind(definition: Definition, target: Bindable): void {
    const memory = this.memory;
    if (memory === null) target.bind(null, 0);
    else if (appendDefinition(memory.definitions, memory.words, DEFINITION_LENGTH, definition)) target.bind(memory, definition.id);
    else target.bind(memory, OVERFLOW_ID);
  }
}

if (COUNTERS_MAX >= COUNTER_SLOTS) throw new Error('COUNTERS_MAX must leave slot 0 for the overflow');

const clip = (name: unknown): string => text(name).slice(0, NAME_CHARS_MAX);

const NO_LABELS: Readonly<Record<string, string>> = Object.freeze({});

function cleanLabels(labels: Labels | undefined): Readonly<Record<string, string>> {
  if (labels === undefined || labels === null) return NO_LABELS;
  const names = Object.keys(labels).sort();
  const clean: Record<string, string> = {};
  for (const name of names.slice(0, LABELS_MAX)) clean[name.slice(0, NAME_CHARS_MAX)] = text(labels[name]);
  return Object.freeze(clean);
}

/** Label values come from the application: a hostile toString must not throw through pitot. */
function text(value: unknown): string {
  try {
    return String(value).slice(0, LABEL_CHARS_MAX);
  } catch {
    return '(unprintable)';
  }
}

function keyOf(kind: string, name: string, labels: Readonly<Record<string, string>>): string {
  let key = `${kind}\u0000${clip(name)}`;
  for (const label in labels) key += `\u0000${label}\u0001${labels[label]}`;
  return key;
}
