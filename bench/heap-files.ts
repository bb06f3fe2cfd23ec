// A heap snapshot of a process with many sessions, and its analysis in a process of its own.
import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { childEnv } from './child.js';

/** Sessions of five objects and a closure each: 205 MB of snapshot. */
export const SESSIONS = 210_000;
const SCRIPT = `
class Session { constructor(i) { this.id = 'user-' + i; this.cart = [{ sku: i }, { sku: i + 1 }];
  this.meta = { at: 1e12 + i, ip: '10.0.0.' + i }; this.touch = () => i; } }
globalThis.sessions = new Map();
for (let i = 0; i < Number(process.argv[2]); i++) sessions.set('s' + i, new Session(i));
require('node:v8').writeHeapSnapshot(process.argv[3]);
`;
/** Two million sessions take 1 GB. */
const HEAP_MIB = 8192;

/** The script is left in the directory. */
export function writeSnapshot(directory: string, file: string, sessions: number): void {
  const script = join(directory, 'heap.cjs');
  writeFileSync(script, SCRIPT);
  execFileSync(process.execPath, [`--max-old-space-size=${HEAP_MIB}`, script, String(sessions), file], { env: childEnv({}), stdio: 'inherit' });
}

export interface Analysed {
  nodes: number;
  edges: number;
  totalBytes: number;
  readMs: number;
  dominatorsMs: number;
  totalMs: number;
  cpuMs: number;
  rssBytesMax: number;
}

/** In a fresh process each time: what counts is the first, uncompiled, and its peak. */
export function analysed(file: string, memoryBytesMax = 8e9): Analysed {
  const child = fileURLToPath(new URL('./children/heap-analysis.js', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [child, file, String(memoryBytesMax)], { encoding: 'utf8', env: childEnv({}) });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Analysed;
}
