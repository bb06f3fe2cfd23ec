// The flame of an alert, from segments with known samples.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { flameAction, writeAlertFlame } from '../../../src/agent/actions/flame-action.js';
import type { Profile } from '../../../src/flame/profile.js';
import { flameFileName } from '../../../src/report/flame-files.js';
import { exampleAlert } from './example-alert.js';

const END_MS = Date.parse('2026-01-02T03:04:05.000Z');
const signal = new AbortController().signal;

function makeDirectory(t: ExecutionContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'pitot-flame-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Samples of one function, 10 ms apart. */
function segment(thread: string, name: string, startUs: number, count: number): Profile {
  const frame = (text: string) => ({
    function: text,
    url: text === '(root)' ? '' : 'file:///app/shop.js',
    line: text === '(root)' ? 0 : 3,
    column: 1,
  });
  return {
    thread,
    startUs,
    endUs: startUs + count * 10_000,
    intervalUs: 10_000,
    frames: [frame('(root)'), frame(name)],
    nodeFrames: Uint32Array.of(0, 1),
    nodeParents: Int32Array.of(-1, 0),
    samples: new Uint32Array(count).fill(1),
    timesUs: Float64Array.from({ length: count }, (_, i) => startUs + i * 10_000),
  };
}

const content = (directory: string, threads: Parameters<typeof writeAlertFlame>[0]['threads']): Parameters<typeof writeAlertFlame>[0] => ({
  directory,
  sequence: 'alert-0001',
  service: 'shop',
  pid: 42,
  endWallMs: END_MS,
  cwd: '/app',
  formats: ['cpuprofile', 'folded', 'svg'],
  threads,
});

test('should write the joined segments of each thread, main first, and a drawing of all, when there are several', async (t) => {
  const directory = makeDirectory(t);
  const files = await writeAlertFlame(
    content(directory, [
      { threadId: 3, segments: [segment('worker-3', 'resize', 1_000_000, 9)] },
      { threadId: 0, segments: [segment('main', 'charge', 1_000_000, 3), segment('main', 'charge', 1_030_000, 2)] },
      { threadId: 4, segments: [] },
    ]),
  );
  const base = (threadId: number): string => `flame/${flameFileName(END_MS, 42, threadId, 'alert-0001')}`;
  t.deepEqual(files, [`${base(0)}.cpuprofile`, `${base(3)}.cpuprofile`, `${base(0)}.folded`, `${base(0)}.svg`]);
  const { nodes, samples } = JSON.parse(readFileSync(join(directory, files[0]), 'utf8'));
  t.is(samples.length, 5);
  t.deepEqual(
    nodes.map(({ callFrame }: { callFrame: { functionName: string } }) => callFrame.functionName),
    ['(root)', 'charge'],
  );
  t.regex(readFileSync(join(directory, files[2]), 'utf8'), /^main;.*charge.* \d+$/m);
  t.regex(readFileSync(join(directory, files[2]), 'utf8'), /^worker-3;.*resize.* \d+$/m);
  t.regex(readFileSync(join(directory, files[3]), 'utf8'), /shop · CPU · alert-0001/);
});

test('should write nothing when there are no samples', async (t) => {
  t.deepEqual(await writeAlertFlame(content(makeDirectory(t), [{ threadId: 0, segments: [segment('main', 'charge', 0, 0)] }])), []);
});

test('should go on counting when the agent thread was started anew', async (t) => {
  const directory = makeDirectory(t);
  mkdirSync(join(directory, 'flame'));
  writeFileSync(join(directory, 'flame', `${flameFileName(END_MS, 42, 0, 'alert-0007')}.cpuprofile`), '{}');
  const asked: string[] = [];
  const action = flameAction(directory, async (sequence) => {
    asked.push(sequence);
    return asked.length === 1 ? 'flame/first.cpuprofile' : null;
  });
  t.is(await action.run(exampleAlert(), signal), 'flame/first.cpuprofile');
  t.is(await action.run(exampleAlert(), signal), 'no file: there are no CPU samples of this moment');
  t.deepEqual(asked, ['alert-0008', 'alert-0009']);
});
