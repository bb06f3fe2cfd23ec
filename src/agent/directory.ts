// Names of the whole process: threads give paths their own ids, the directory gives each distinct name one id, kept in shared memory.
import { COUNTERS_MAX, PATHS_MAX, RESERVED_PATHS } from '../core/limits.js';
import { appendDefinition, type Definition, readDefinitions } from '../memory/definition-log.js';
import type { AgentMemory } from '../memory/window-memory.js';

const COUNTER_OVERFLOW: Definition = { kind: 'counter', id: 0, name: 'pitot.overflow', labels: {} };

export const RESERVED: readonly Definition[] = [
  { kind: 'path', id: 0, name: 'pitot.overflow', labels: {} },
  { kind: 'path', id: 1, name: 'pitot.gc', labels: { kind: 'minor' } },
  { kind: 'path', id: 2, name: 'pitot.gc', labels: { kind: 'major' } },
  { kind: 'path', id: 3, name: 'pitot.gc', labels: { kind: 'incremental' } },
  { kind: 'path', id: 4, name: 'pitot.gc', labels: { kind: 'weakcb' } },
  { kind: 'path', id: 5, name: 'pitot.pause', labels: {} },
];

/** Process-wide ids by name and labels; survives the agent thread through its log in shared memory. */
export class Directory {
  private readonly memory: AgentMemory;
  private readonly ids = new Map<string, number>();
  private readonly byKind: Record<'path' | 'counter', Definition[]> = { path: [...RESERVED], counter: [COUNTER_OVERFLOW] };
  private readonly pathNames: string[] = [];
  private next = { path: RESERVED_PATHS, counter: 1 };

  constructor(memory: AgentMemory) {
    this.memory = memory;
    for (const definition of readDefinitions(memory.directory, memory.directoryWords, 0, 0).definitions) this.adopt(definition);
  }

  /** Paths and distributions, reserved ones included. */
  get paths(): readonly Definition[] {
    return this.byKind.path;
  }

  /** Whether a path or distribution has a name, whatever its labels. */
  isNamed(id: number, name: string): boolean {
    return this.pathNames[id] === name;
  }

  get counters(): readonly Definition[] {
    return this.byKind.counter;
  }

  /** The process-wide id of a thread's definition; 0, the overflow, when the process has too many. */
  idOf(definition: Definition): number {
    const space = definition.kind === 'counter' ? 'counter' : 'path';
    const known = this.ids.get(keyOf(definition));
    if (known !== undefined) return known;
    const limit = space === 'path' ? PATHS_MAX + RESERVED_PATHS : COUNTERS_MAX + 1;
    if (this.next[space] >= limit) return 0;
    const own: Definition = { ...definition, id: this.next[space] };
    if (!appendDefinition(this.memory.directory, this.memory.directoryWords, 0, own)) return 0;
    this.adopt(own);
    return own.id;
  }

  private adopt(definition: Definition): void {
    const space = definition.kind === 'counter' ? 'counter' : 'path';
    this.ids.set(keyOf(definition), definition.id);
    this.byKind[space].push(definition);
    if (space === 'path') this.pathNames[definition.id] = definition.name;
    this.next[space] = Math.max(this.next[space], definition.id + 1);
  }
}

const keyOf = (definition: Definition): string =>
  `${definition.kind}\u0000${definition.name}\u0000${JSON.stringify(definition.labels)}\u0000${definition.unit ?? ''}`;
