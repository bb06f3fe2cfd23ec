// An application of some size: a compiler and two web frameworks loaded and used, a type-checked program and a cache kept; their code and data are real.
import { createRequire } from 'node:module';
import { performance } from 'node:perf_hooks';

const BYTES_PER_MB = 1e6;
/** The part of TypeScript 5's interface that is used; the version that pitot itself is built with has none. */
interface Compiler {
  createProgram(files: string[], options: object): { getSemanticDiagnostics(): unknown[]; getSourceFiles(): { text: string }[] };
  createSourceFile(name: string, text: string, target: number): object;
  readonly ScriptTarget: { ES2020: number };
}

export interface LargeHeap {
  /** Runs the application's code for so long, with many different stacks. Returns something that depends on it. */
  work(forMs: number): number;
  /** What keeps the memory. */
  readonly kept: unknown[];
}

/** Fills the heap up to so many MB. */
export function largeHeap(mb: number): LargeHeap {
  const require = createRequire(import.meta.url);
  const compiler = createRequire(require.resolve('typescript-json-schema'))('typescript') as Compiler;
  const program = compiler.createProgram([require.resolve('typescript-json-schema/dist/typescript-json-schema.d.ts')], {
    lib: ['lib.es2020.d.ts'],
    types: [],
    noEmit: true,
    strict: true,
  });
  const kept: unknown[] = [program, program.getSemanticDiagnostics(), require('express'), require('fastify')];
  const cache = new Map<string, object>();
  kept.push(cache);
  for (let i = 0; process.memoryUsage().heapUsed < mb * BYTES_PER_MB; i++) {
    for (let j = 0; j < 1000; j++)
      cache.set(`user:${i}:${j}`, { id: i * 1000 + j, name: `user ${j}`, tags: [i, j], seen: { at: i + 0.5, by: null } });
    if (i % 8 === 0) (globalThis as { gc?: () => void }).gc?.();
  }
  const texts = program.getSourceFiles().map(({ text }) => text.slice(0, 20_000));
  let next = 0;
  return {
    kept,
    work(forMs) {
      const endMs = performance.now() + forMs;
      let parsed = 0;
      while (performance.now() < endMs) {
        const file = compiler.createSourceFile('a.ts', texts[next++ % texts.length], compiler.ScriptTarget.ES2020);
        parsed += Object.keys(file).length;
      }
      return parsed;
    },
  };
}
