// The benches run and print what they promise: names and finite figures, never how large these are.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';
import { interleave } from '../../bench/interleaved.js';
import { median, medianDifference, medianRatio } from '../../bench/median.js';
import type { BenchDocument } from '../../bench/print.js';
import { atLeast, atMost, exactly, isReached } from '../../bench/row.js';

const MAIN = fileURLToPath(new URL('../../bench/main.js', import.meta.url));
const run = promisify(execFile);

test('should print all rows with finite figures when hot-path and aggregate run shortly', async (t) => {
  const { stdout } = await run(process.execPath, [MAIN, '--quick', '--json', 'hot-path', 'aggregate'], { timeout: 60_000 });
  const { schema, quick, machine, rows } = JSON.parse(stdout) as BenchDocument;
  t.is(schema, 'pitot.bench/1');
  t.true(quick);
  t.is(machine.node, process.version);
  t.deepEqual(
    rows.map(({ bench, name }) => `${bench}: ${name}`),
    [
      'hot-path: timed span, start + end, against two bare performance.now()',
      'hot-path: record(ns) while the pipeline drains it',
      'hot-path: counter.add',
      'hot-path: span, sampled by the default budget',
      'hot-path: record, sampled by the default budget',
      'hot-path: start, end (each), agent not loaded',
      'hot-path: record, agent not loaded',
      'hot-path: counter.add, agent not loaded',
      'hot-path: gauge.set, agent not loaded',
      'aggregate: one worker, 100 paths',
      'aggregate: one worker, 10 paths',
      'aggregate: a record, 10 paths',
      'aggregate: a record, 100 paths',
      'aggregate: a record, 500 paths',
      'aggregate: a record, 2000 paths',
      'aggregate: flat from 10 to 2000 paths: highest / lowest',
      'aggregate: merge into the window, 10 paths',
      'aggregate: merge into the window, 100 paths',
      'aggregate: merge into the window, 500 paths',
      'aggregate: merge into the window, 2000 paths',
      'aggregate: a record, 1 threads',
      'aggregate: a record, 2 threads',
      'aggregate: a record, 4 threads',
      'aggregate: a record, 8 threads',
      'aggregate: flat from 1 to 8 threads: highest / lowest',
    ],
  );
  const figures = rows.flatMap(({ name, value, peers }) => [{ name, value }, ...peers]);
  t.deepEqual(
    figures.filter(({ value }) => !(value > 0 && Number.isFinite(value))),
    [],
  );
  t.is(rows.find(({ name }) => name.startsWith('timed span'))?.peers.length, 3);
});

test('should end with 2 and name the benches when asked for one that does not exist', async (t) => {
  const error = await t.throwsAsync(run(process.execPath, [MAIN, 'warp-speed']));
  t.like(error, { code: 2, stdout: '' });
  t.regex(
    (error as unknown as { stderr: string }).stderr,
    /no bench is called warp-speed; there are hot-path, registry, aggregate, throughput, startup, window, rest, http, rotation, rules, stall, profiler-http, churn, diff-noise/,
  );
});

test('should take medians of ratios and differences within rounds when rounds differ', (t) => {
  t.is(median([3, 1, 2]), 2);
  t.is(median([4, 1, 3, 2]), 2.5);
  t.is(medianRatio([2, 40, 6], [1, 10, 4]), 2);
  t.is(medianDifference([2, 40, 6], [1, 10, 4]), 2);
  t.is(median([]), Number.NaN);
});

test('should judge a figure by its bound, and NaN as missed', (t) => {
  t.deepEqual([isReached(2, atMost(2)), isReached(2.01, atMost(2)), isReached(Number.NaN, atMost(2))], [true, false, false]);
  t.deepEqual([isReached(30, atLeast(30)), isReached(29, atLeast(30)), isReached(Number.NaN, atLeast(30))], [true, false, false]);
  t.deepEqual([isReached(0, exactly(0)), isReached(1, exactly(0))], [true, false]);
});

test('should turn the order each round and keep only measured rounds when alternatives are interleaved', (t) => {
  const order: string[] = [];
  const alternative = (name: string, cost: number) => ({
    name,
    measureNs: () => {
      order.push(name);
      return cost;
    },
  });
  const costs = interleave([alternative('a', 1), alternative('b', 2)], { warmUp: 1, measured: 2 });
  t.deepEqual(costs, { a: [1, 1], b: [2, 2] });
  t.is(order.join(''), 'abbaab');
});
