// Alerts of the ledger example that need a history: what is usual, and where a trend leads. An hour of it takes seconds.
import test from 'ava';
import { assertAlone, assertStory, LedgerRun, RUN_MS_MAX } from './ledger-run.js';

/** At these scales 30 s are less than a step: one in which no operation happened to end would be an outage. */
const OFF = { off: ['event store unavailable'] };

test.serial('should fire for more errors and slow operations when an hour takes six seconds', async (t) => {
  t.timeout(RUN_MS_MAX);
  const run = await LedgerRun.start(t, { timeScale: 600, alerts: OFF });
  // What is usual is learnt meanwhile.
  run.load();
  await run.quiet('error-rate increase');
  // Less than the tenth that `command failure spike` begins at.
  const failingMs = await run.fault({ failCommandsRatio: 0.06 });
  assertStory(t, await run.fired('error-rate increase', failingMs), 'pending', 'firing');
  await run.fault({ failCommandsRatio: 0 });
  assertStory(t, await run.resolved('error-rate increase', failingMs), 'pending', 'firing', 'resolved');
  assertAlone(t, run, 'error-rate increase', failingMs);

  await run.quiet('high latency');
  const slowMs = await run.fault({ slowStoreMs: 80 });
  assertStory(t, await run.fired('high latency', slowMs), 'pending', 'firing');
  await run.fault({ slowStoreMs: 0 });
  assertStory(t, await run.resolved('high latency', slowMs), 'pending', 'firing', 'resolved');
  assertAlone(t, run, 'high latency', slowMs);
});

test.serial('should fire for memory that will be used up, operations that became slower and a busy CPU when a day takes two seconds', async (t) => {
  t.timeout(RUN_MS_MAX);
  // The limit of the heap binds: 400 MiB, which 12 MiB/s fill within the minute that 30 days take.
  const run = await LedgerRun.start(t, { timeScale: 43_200, alerts: OFF, nodeArgs: ['--max-old-space-size=400'] });
  run.load();
  const growingMs = await run.fault({ memoryGrowthMiBPerSecond: 12 });
  const capacity = await run.fired('capacity', growingMs);
  await run.fault({ memoryGrowthMiBPerSecond: 0 });
  assertStory(t, capacity, 'pending', 'firing');
  assertAlone(t, run, 'capacity', growingMs);

  await run.quiet('performance degradation');
  const slowMs = await run.fault({ slowStoreMs: 80 });
  assertStory(t, await run.fired('performance degradation', slowMs), 'pending', 'firing');
  await run.fault({ slowStoreMs: 0 });
  assertStory(t, await run.resolved('performance degradation', slowMs), 'pending', 'firing', 'resolved');
  assertAlone(t, run, 'performance degradation', slowMs);

  await run.endLoad();
  // Ten minutes are less than a step here, so that a machine that is shared with others need not give the whole core for a second.
  await run.quiet('resource exhaustion');
  const busyMs = await run.fault({ cpuBurnRatio: 1 });
  assertStory(t, await run.fired('resource exhaustion', busyMs), 'pending', 'firing');
  await run.fault({ cpuBurnRatio: 0 });
  assertStory(t, await run.resolved('resource exhaustion', busyMs), 'pending', 'firing', 'resolved');
  assertAlone(t, run, 'resource exhaustion', busyMs);
});
