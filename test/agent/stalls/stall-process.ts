// Starts stall-child.ts and hands its lines on, one by one, as they are asked for.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { ChildLine } from './stall-child.js';

export interface StallProcess {
  pid: number;
  /** Lets it begin; before, it only waits. */
  go(): void;
  /** The next line; rejects when the process ends first. */
  line(): Promise<unknown>;
  /** The next event of that kind; events before it are passed over. */
  event(kind: ChildLine['kind']): Promise<ChildLine>;
  kill(): Promise<void>;
}

export function startStall(mode: string, argument = ''): StallProcess {
  const child: ChildProcessByStdio<Writable, Readable, null> = spawn(
    process.execPath,
    [new URL('./stall-child.js', import.meta.url).pathname, mode, argument],
    // A group of its own: what execSync has started in it ends with it.
    { stdio: ['pipe', 'pipe', 'inherit'], detached: true, env: { ...process.env, NODE_OPTIONS: '' } },
  );
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const line = async (): Promise<unknown> => {
    const { value, done } = await lines.next();
    if (done) throw new Error('the process ended before its next line');
    return JSON.parse(value);
  };
  return {
    pid: child.pid!,
    go: () => void child.stdin.write('go\n'),
    line,
    event: async (kind) => {
      for (;;) {
        const next = (await line()) as ChildLine;
        if (next.kind === kind) return next;
      }
    },
    kill: async () => {
      if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, 'SIGKILL');
      await ended;
    },
  };
}
