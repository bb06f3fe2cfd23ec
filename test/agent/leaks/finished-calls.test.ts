// The application's calls over windows and the run.
import test from 'ava';
import { FinishedCalls } from '../../../src/agent/leaks/finished-calls.js';
import { RESERVED_PATHS } from '../../../src/core/limits.js';
import { createAgentMemory, S_DROPPED, S_ERRORS, S_SAMPLED_OUT, S_TIMED, STAT_FIELDS, viewAgentMemory } from '../../../src/memory/window-memory.js';

const GC_MINOR = 1;
const OWN_PAUSE = 5;

test('should count timed, sampled-out and dropped calls of open, closed and merged windows, and none of what pitot records', (t) => {
  const memory = viewAgentMemory(createAgentMemory().sab);
  const { run, windows } = memory;
  const calls = new FinishedCalls(memory);
  t.is(calls.read(), 0);
  for (const own of [GC_MINOR, OWN_PAUSE, RESERVED_PATHS - 1]) windows[0].stats[own * STAT_FIELDS + S_TIMED] = 1000;
  t.is(calls.read(), 0, 'collections and pauses are no traffic');
  const row = RESERVED_PATHS * STAT_FIELDS;
  windows[0].stats[row + S_TIMED] = 10;
  windows[0].stats[row + S_ERRORS] = 4;
  windows[0].stats[row + STAT_FIELDS + S_SAMPLED_OUT] = 5;
  windows[1].stats[row + S_DROPPED] = 3;
  // The overflow holds the calls of paths that are too many.
  windows[1].stats[S_TIMED] = 2;
  t.is(calls.read(), 20);
  run.stats[row + S_TIMED] = 10;
  windows[0].stats.fill(0);
  run.stats[row + STAT_FIELDS + S_SAMPLED_OUT] = 5;
  windows[1].stats[row + S_TIMED] = 7;
  t.is(calls.read(), 27, 'merging a window is no call');
});

test('should go on from where it was when a window found no room in the run', (t) => {
  const memory = viewAgentMemory(createAgentMemory().sab);
  const row = RESERVED_PATHS * STAT_FIELDS;
  const calls = new FinishedCalls(memory);
  memory.windows[0].stats[row + S_TIMED] = 50;
  t.is(calls.read(), 50);
  memory.windows[0].stats.fill(0);
  memory.windows[1].stats[row + S_TIMED] = 4;
  t.is(calls.read(), 50);
  memory.windows[1].stats[row + S_TIMED] = 9;
  t.is(calls.read(), 55);
});
