// Counts between two looks at the open window.
import test from 'ava';
import { StepCounts } from '../../../src/agent/alerts/step-counts.js';
import { RESERVED_PATHS } from '../../../src/core/limits.js';
import type { Definition } from '../../../src/memory/definition-log.js';
import {
  createAgentMemory,
  S_DROPPED,
  S_ERRORS,
  S_SAMPLED_OUT,
  S_SUM,
  S_TIMED,
  S_WEIGHT,
  STAT_FIELDS,
  viewAgentMemory,
} from '../../../src/memory/window-memory.js';

const PATHS: Definition[] = [
  { kind: 'path', id: 0, name: 'pitot.overflow', labels: {} },
  { kind: 'path', id: RESERVED_PATHS, name: 'commands', labels: { command: 'Open' } },
  { kind: 'distribution', id: RESERVED_PATHS + 1, name: 'batch', labels: {} },
  { kind: 'path', id: RESERVED_PATHS + 2, name: 'never', labels: {} },
];
const COUNTERS: Definition[] = [{ kind: 'counter', id: 1, name: 'events', labels: {} }];

test('should tell what was counted since the last look, and since its opening when the window is a new one', (t) => {
  const { windows } = viewAgentMemory(createAgentMemory().sab);
  const [window] = windows;
  const row = RESERVED_PATHS * STAT_FIELDS;
  const put = (fields: Record<number, number>): void => {
    for (const [field, value] of Object.entries(fields)) window.stats[row + Number(field)] = value;
  };
  const totals = new Float64Array(8);
  const counts = new StepCounts();
  const look = (seq: number) => counts.take(window, seq, PATHS, COUNTERS, totals);

  put({ [S_TIMED]: 10, [S_SAMPLED_OUT]: 2, [S_DROPPED]: 1, [S_ERRORS]: 3, [S_SUM]: 26e6, [S_WEIGHT]: 13 });
  window.counters[1] = 5;
  totals[1] = 105;
  const first = look(1);
  t.deepEqual(
    first.paths.map(({ name, labels, count, errors, meanMs }) => ({ name, labels, count, errors, meanMs })),
    [{ name: 'commands', labels: { command: 'Open' }, count: 13, errors: 3, meanMs: 2 }],
  );
  t.deepEqual(first.counters, [{ name: 'events', labels: {}, value: 105, delta: 5 }]);
  t.true(Number.isNaN(first.paths[0].p95Ms));

  put({ [S_TIMED]: 14, [S_ERRORS]: 4, [S_SUM]: 46e6, [S_WEIGHT]: 17 });
  window.counters[1] = 6;
  totals[1] = 106;
  const second = look(1);
  t.deepEqual([second.paths[0].count, second.paths[0].errors, second.paths[0].meanMs], [4, 1, 5]);
  t.is(second.counters[0].delta, 1);

  // Nothing since: still a series, of nothing.
  const third = look(1);
  t.deepEqual([third.paths.length, third.paths[0].count, third.paths[0].errors], [1, 0, 0]);

  put({ [S_TIMED]: 2, [S_SAMPLED_OUT]: 0, [S_DROPPED]: 0, [S_ERRORS]: 0, [S_SUM]: 2e6, [S_WEIGHT]: 2 });
  window.counters[1] = 1;
  const fourth = look(2);
  t.deepEqual([fourth.paths[0].count, fourth.paths[0].errors, fourth.paths[0].meanMs], [2, 0, 1]);
  t.is(fourth.counters[0].delta, 1);
});

test('should tell the tail of a window with the step that follows its end, so that no call goes unjudged', (t) => {
  const { windows } = viewAgentMemory(createAgentMemory().sab);
  const row = RESERVED_PATHS * STAT_FIELDS;
  const totals = new Float64Array(8);
  const counts = new StepCounts();
  const look = (window: 0 | 1, seq: number) => counts.take(windows[window], seq, PATHS, COUNTERS, totals);
  const put = (window: 0 | 1, calls: number, errors: number, events: number): void => {
    const { stats, counters } = windows[window];
    [stats[row + S_TIMED], stats[row + S_WEIGHT], stats[row + S_SUM], stats[row + S_ERRORS]] = [calls, calls, calls * 1e6, errors];
    counters[1] = events;
  };
  put(0, 10, 1, 100);
  look(0, 1);
  put(0, 15, 3, 150);
  counts.closeWindow(windows[0], 1);
  put(0, 0, 0, 0);
  // A window that nobody looked at while it was open, as a flush may make one.
  put(1, 4, 4, 7);
  counts.closeWindow(windows[1], 2);
  put(1, 0, 0, 0);
  put(0, 2, 0, 20);
  const step = look(0, 3);
  t.deepEqual([step.paths[0].count, step.paths[0].errors, step.paths[0].meanMs, step.counters[0].delta], [11, 6, 1, 77]);
  const next = look(0, 3);
  t.deepEqual([next.paths[0].count, next.paths[0].errors, next.counters[0].delta], [0, 0, 0]);
});
