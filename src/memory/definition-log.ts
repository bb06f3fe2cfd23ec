// Append-only log of definitions in shared memory: JSON lines, one writer, any number of readers.

/** What a path, distribution, counter or gauge is called. */
export interface Definition {
  kind: 'path' | 'distribution' | 'counter' | 'gauge';
  id: number;
  name: string;
  labels: Record<string, string>;
  /** Of a distribution. */
  unit?: string;
}

const encoder = new TextEncoder();

/** Appends one definition and publishes it; false when the log is full. Rare: once a path. */
export function appendDefinition(bytes: Uint8Array, words: Int32Array, lengthWord: number, definition: Definition): boolean {
  const line = encoder.encode(`${JSON.stringify(definition)}\n`);
  const at = words[lengthWord];
  if (at + line.length > bytes.length) return false;
  bytes.set(line, at);
  Atomics.store(words, lengthWord, at + line.length);
  return true;
}

/** Reads definitions from a position on; the new position is what to pass next time. */
export function readDefinitions(bytes: Uint8Array, words: Int32Array, lengthWord: number, from: number): { definitions: Definition[]; next: number } {
  const end = Atomics.load(words, lengthWord);
  if (end === from) return { definitions: [], next: from };
  // A copy, because decoders refuse shared memory.
  const text = new TextDecoder().decode(bytes.slice(from, end));
  const definitions = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Definition);
  return { definitions, next: end };
}
