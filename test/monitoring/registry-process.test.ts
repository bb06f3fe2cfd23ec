// The registry in a process of its own: what reports say of it, from main and a worker thread, by import and by require, with the agent and without.
import test from 'ava';
import {
  COMMAND_ERRORS,
  COMMANDS,
  COMMANDS_CONCURRENT,
  ERRORS,
  POOL_AVAILABLE,
  PROJECTION_EVENTS,
  STORE_EVENTS_WRITTEN,
} from '../../src/core/instrument-names.js';
import { App } from '../support/app.js';

const SOURCE = `
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import * as pitot from 'pitot';
import * as monitoring from 'pitot/monitoring';
const require = createRequire(import.meta.url);
const metrics = new monitoring.MetricsRegistry();
const work = (metrics) => {
  const transfer = metrics.commands.type('Transfer', { complexity: 'complex' });
  for (let i = 0; i < 10; i++) transfer.run(() => i);
  transfer.fail(transfer.start(), 'refused');
  metrics.eventStore.write(() => 1, [{ a: 1 }, { a: 2 }], 'account-1');
  metrics.projections.projection('balances').processed(3);
  metrics.errors.record(new RangeError('x'));
};
work(metrics);
metrics.commands.type('Transfer').start();
metrics.system.updateConnectionPool({ total: 10, available: 7 });
const worker = new Worker(new URL('./worker.mjs', import.meta.url));
await once(worker, 'exit');
const report = await pitot.flush();
console.log(JSON.stringify({
  same: require('pitot/monitoring').MetricsRegistry === monitoring.MetricsRegistry,
  shared: new (require('pitot/monitoring').MetricsRegistry)().commands === metrics.commands,
  path: pitot.path('commands', { command: 'Transfer', complexity: 'complex' }) === require('pitot').path('commands', { complexity: 'complex', command: 'Transfer' }),
  none: report === null,
}));
`;

const WORKER = `
import { MetricsRegistry } from 'pitot/monitoring';
const metrics = new MetricsRegistry();
const transfer = metrics.commands.type('Transfer', { complexity: 'complex' });
for (let i = 0; i < 5; i++) transfer.run(() => i);
metrics.eventStore.write(() => 1, 4, 'account-2');
`;

const makeApp = (nodeArgs?: string[]): App => new App({ source: SOURCE, files: { 'worker.mjs': WORKER }, ...(nodeArgs ? { nodeArgs } : {}) });

test('should report what main and a worker thread recorded when the agent runs', async (t) => {
  const app = makeApp();
  try {
    const { code, stdout, stderr } = await app.run();
    t.deepEqual({ code, stderr }, { code: 0, stderr: '' });
    t.deepEqual(JSON.parse(stdout), { same: true, shared: true, path: true, none: false });
    const windows = app.windows();
    const calls = windows.flatMap(({ paths }) => paths.filter(({ name }) => name === COMMANDS));
    t.deepEqual(calls[0].labels, { command: 'Transfer', complexity: 'complex' });
    t.deepEqual([calls.reduce((sum, { count }) => sum + count, 0), calls.reduce((sum, { errors }) => sum + errors, 0)], [16, 1]);
    const last = windows.at(-1)!;
    const counter = (name: string): unknown[] => last.counters.filter((one) => one.name === name).map(({ labels, value }) => [labels, value]);
    t.deepEqual(counter(COMMAND_ERRORS), [[{ kind: 'refused' }, 1]]);
    t.deepEqual(counter(ERRORS), [[{ kind: 'RangeError' }, 1]]);
    t.deepEqual(counter(STORE_EVENTS_WRITTEN), [[{}, 6]]);
    t.deepEqual(counter(PROJECTION_EVENTS), [[{ projection: 'balances' }, 3]]);
    const gauges = windows[0].gauges.filter(({ labels }) => !('thread' in labels)).map(({ name, labels, value }) => [name, labels, value]);
    for (const gauge of [
      [COMMANDS_CONCURRENT, {}, 1],
      [POOL_AVAILABLE, { pool: 'default' }, 7],
    ]) {
      t.true(
        gauges.some((one) => JSON.stringify(one) === JSON.stringify(gauge)),
        JSON.stringify(gauge),
      );
    }
  } finally {
    app.remove();
  }
});

test('should leave no file and change nothing when no agent is loaded', async (t) => {
  const app = makeApp([]);
  try {
    const { code, stdout, stderr } = await app.run();
    t.deepEqual({ code, stderr }, { code: 0, stderr: '' });
    t.deepEqual(JSON.parse(stdout), { same: true, shared: true, path: true, none: true });
    t.deepEqual(app.runs(), []);
  } finally {
    app.remove();
  }
});
