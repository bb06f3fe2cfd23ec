// Heap snapshots of small programs, written by the Node.js line under test, in a directory that goes with the test.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NODE } from '../support/app.js';

export class PlantedHeap {
  readonly directory = realpathSync(mkdtempSync(join(tmpdir(), 'pitot-heap-')));

  /** Runs a CommonJS program that has `snapshot(name)`; a name is a file in the directory. */
  run(script: string, source: string): void {
    const file = this.path(script);
    writeFileSync(file, source.replaceAll('snapshot(', "require('node:v8').writeHeapSnapshot(__dirname + '/' + "));
    execFileSync(NODE, [file], { env: { PATH: process.env.PATH }, stdio: 'pipe', timeout: 60_000 });
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** The program of the issue: sessions that are never removed. Line 2 has the session, line 3 the store. */
export const SESSIONS = `// A service that forgets to log out.
class Session { constructor(i) { this.user = 'user-' + i; this.cart = [{ sku: i }, { sku: i + 1 }]; this.touch = () => i; } }
class SessionStore { constructor() { this.sessions = new Map(); }
  add(i) { this.sessions.set('session-' + i, new Session(i)); } }
const store = new SessionStore();
for (let i = 0; i < 2000; i++) store.add(i);
setInterval(() => store.add(0), 1e6).unref();
snapshot('first.heapsnapshot');
for (let i = 2000; i < 2500; i++) store.add(i);
for (let i = 0; i < 100; i++) store.sessions.delete('session-' + i);
snapshot('second.heapsnapshot');
`;
