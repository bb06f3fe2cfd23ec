// Requests for a snapshot in the run directory: whose are answered, once, and which count for nothing.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { SnapshotOutcome } from '../../../src/agent/evidence/heap-snapshot-action.js';
import { REQUEST_DIRECTORY, SnapshotRequests, type SnapshotSeen } from '../../../src/agent/evidence/snapshot-requests.js';
import { type LocatedProcess, thisProcess } from '../../../src/agent/process-owner.js';
import { ask } from '../../../src/cli/heap-take.js';

const NOW_MS = Date.parse('2026-01-02T03:04:05.000Z');
const TAKEN = { file: 'heap/x.heapsnapshot', fileBytes: 1024, pauseMs: 20, pauseMsMax: 10_000, rssBeforeBytes: 1, rssAfterBytes: 2 };

function makeDirectory(t: ExecutionContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'pitot-requests-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

test('should answer each request of the user once, and let others be, when requests lie in the run directory', async (t) => {
  const directory = makeDirectory(t);
  const requests = join(directory, '.requests');
  const outcomes: SnapshotOutcome[] = [TAKEN, { refused: 'one is being taken' }];
  const asked: boolean[] = [];
  const snapshots = {
    longestMs: 120_000,
    take: async ({ onDemand }: { onDemand: boolean }) => {
      asked.push(onDemand);
      return outcomes.shift() ?? TAKEN;
    },
  };
  const served = new SnapshotRequests(directory, snapshots, () => NOW_MS);
  await served.poll();
  t.deepEqual(readdirSync(directory), []);
  mkdirSync(requests);
  const write = (token: string, at: string): void => writeFileSync(join(requests, `heap-snapshot.${token}.json`), JSON.stringify({ at }));
  write('a1', '2026-01-02T03:04:01.000Z');
  write('b2', '2026-01-02T03:04:06.000Z');
  write('c3', '2026-01-02T03:03:00.000Z');
  write('not a token', '2026-01-02T03:04:05.000Z');
  symlinkSync(join(requests, 'heap-snapshot.c3.json'), join(requests, 'heap-snapshot.d4.json'));
  await served.poll();
  t.deepEqual(asked, [true, true]);
  const answers = ['a1', 'b2'].map((token) => JSON.parse(readFileSync(join(requests, `heap-snapshot.${token}.answer.json`), 'utf8')));
  t.deepEqual(answers, [
    { file: join(directory, 'heap/x.heapsnapshot'), reason: 'heap/x.heapsnapshot (1.00 KiB, the main thread stood still for 20 ms)' },
    { file: null, reason: 'one is being taken' },
  ]);
  const seen = JSON.parse(readFileSync(join(requests, 'heap-snapshot.b2.seen.json'), 'utf8')) as SnapshotSeen;
  t.deepEqual(seen, { ...thisProcess(), withinMs: 120_000 });
  t.false(existsSync(join(requests, 'heap-snapshot.a1.json')));
  await served.poll();
  t.is(asked.length, 2);
});

/** Answers the command line as an agent does that says so much, and no more. */
async function askOf(t: ExecutionContext, seen: LocatedProcess & { withinMs: number }, answer: object | null): Promise<unknown> {
  const directory = makeDirectory(t);
  const requests = join(directory, REQUEST_DIRECTORY);
  const answered = ask(directory, 1);
  const name = readdirSync(requests)[0];
  for (const [ending, content] of Object.entries({ seen, answer }))
    if (content !== null) writeFileSync(join(requests, name.replace('.json', `.${ending}.json`)), JSON.stringify(content));
  rmSync(join(requests, name));
  const result = await answered;
  t.deepEqual(readdirSync(requests), []);
  return result;
}

test('should wait as long as the process says, and while it lives, when the command line asks', async (t) => {
  const self = thisProcess();
  const gone = { ...self, startTicks: -1 };
  t.deepEqual(await askOf(t, { ...self, withinMs: 1 }, null), { file: null, reason: 'there was no answer in time' });
  t.deepEqual(await askOf(t, { ...gone, withinMs: 600_000 }, null), { file: null, reason: 'the process ended before it was done' });
  const answer = { file: '/run/heap/x.heapsnapshot', reason: 'the last that it did' };
  t.deepEqual(await askOf(t, { ...gone, withinMs: 600_000 }, answer), answer);
});
