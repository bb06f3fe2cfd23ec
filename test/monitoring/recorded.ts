// What a registry has left in a thread's memory, by name and labels.

import { type Definition, readDefinitions } from '../../src/memory/definition-log.js';
import { DEFINITION_LENGTH, FLAG_ERROR, HEAD, PATH_MASK } from '../../src/memory/thread-memory.js';
import { MetricsRegistry } from '../../src/monitoring/metrics-registry.js';
import { type TestRing, testRing } from '../support/ring.js';

type Labels = Record<string, string>;

export class Recorded {
  readonly ring: TestRing = testRing(4096);
  readonly metrics = new MetricsRegistry(this.ring.instruments);

  definitions(kind: Definition['kind'], name: string): Definition[] {
    const { definitions, words } = this.ring.memory;
    return readDefinitions(definitions, words, DEFINITION_LENGTH, 0).definitions.filter((one) => one.kind === kind && one.name === name);
  }

  /** Null when there is none. */
  counter(name: string, labels: Labels = {}): number | null {
    const id = this.idOf('counter', name, labels);
    return id === null ? null : this.ring.memory.counters[id];
  }

  /** All counters of a name, by the value of one label. */
  counters(name: string, label: string): Record<string, number> {
    return Object.fromEntries(this.definitions('counter', name).map(({ id, labels }) => [labels[label], this.ring.memory.counters[id]]));
  }

  /** Null when there is none, or it was never set. */
  gauge(name: string, labels: Labels = {}): number | null {
    const id = this.idOf('gauge', name, labels);
    const value = id === null ? Number.NaN : this.ring.memory.gauges[id];
    return Number.isNaN(value) ? null : value;
  }

  /** Values of a path or distribution in the ring, in order, and how many of them were errors. */
  path(name: string, labels: Labels = {}, kind: 'path' | 'distribution' = 'path'): { values: number[]; errors: number } {
    const { memory } = this.ring;
    const id = this.idOf(kind, name, labels);
    const values: number[] = [];
    let errors = 0;
    for (let i = 0; i < memory.words[HEAD]; i++) {
      const meta = memory.ringWords[i * 4];
      if ((meta & PATH_MASK) !== id) continue;
      values.push(memory.ringValues[i * 2 + 1]);
      if (meta & FLAG_ERROR) errors++;
    }
    return { values, errors };
  }

  /** [calls, errors] of a path. */
  calls(name: string, labels: Labels = {}): [number, number] {
    const { values, errors } = this.path(name, labels);
    return [values.length, errors];
  }

  private idOf(kind: Definition['kind'], name: string, labels: Labels): number | null {
    const text = JSON.stringify(labels);
    return this.definitions(kind, name).find((one) => JSON.stringify(one.labels) === text)?.id ?? null;
  }
}

export const recorded = (): Recorded => new Recorded();
