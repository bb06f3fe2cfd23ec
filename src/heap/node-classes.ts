// The class of each node, as DevTools groups them: objects and native memory by name, all else by type.
import { HEAP_MEMORY_CLASS_BYTES } from '../core/limits.js';
import type { HeapSnapshot } from './read-snapshot.js';

export interface NodeClasses {
  /** Class of each node: an index into the other lists. */
  of: Uint32Array;
  count: number;
  /** Whether instances are what an application makes: not the engine's own code, maps and shapes. */
  isOwn: boolean[];
  name(index: number): string;
}

/** Types whose class is another word than the type in brackets. */
const WORDS: Readonly<Record<string, string>> = { hidden: '(system)', code: '(compiled code)' };
const ENGINE_TYPES: readonly string[] = ['hidden', 'code', 'object shape', 'synthetic', 'number'];

/** @throws PitotError INPUT_FILE when there are more classes than memory is allowed for. */
export function nodeClasses({ nodeCount, nodeType, nodeName, meta, strings, memory }: HeapSnapshot): NodeClasses {
  const byName = meta.nodeTypes.map((type) => type === 'object' || type === 'native');
  const of = new Uint32Array(nodeCount);
  const ofType = new Uint32Array(meta.nodeTypes.length);
  const ofName = new Uint32Array(strings.count);
  // Index and name of a class: its string's index, or, counted from -1 downwards, its type.
  const keys: number[] = [];
  for (let node = 0; node < nodeCount; node++) {
    const type = nodeType[node];
    const table = byName[type] ? ofName : ofType;
    const at = byName[type] ? nodeName[node] : type;
    if (table[at] === 0) {
      memory.charge(HEAP_MEMORY_CLASS_BYTES, () => `over ${keys.length} classes`);
      table[at] = keys.push(byName[type] ? at : -1 - type);
    }
    of[node] = table[at] - 1;
  }
  const typeOf = (key: number): string => meta.nodeTypes[-1 - key];
  return {
    of,
    count: keys.length,
    isOwn: keys.map((key) => key >= 0 || !ENGINE_TYPES.includes(typeOf(key))),
    name: (index) => {
      const key = keys[index];
      return key >= 0 ? strings.at(key) || '(no name)' : (WORDS[typeOf(key)] ?? `(${typeOf(key)})`);
    },
  };
}
