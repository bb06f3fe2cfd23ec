// The slowest commands of a real process, as the reports of its windows name them: from the registry, within spans and without, and from tracers.
import test from 'ava';
import { COMMANDS } from '../../src/core/instrument-names.js';
import { EXEMPLARS_MAX } from '../../src/core/limits.js';
import type { Report } from '../../src/report/report-types.js';
import { App } from '../support/app.js';

const SOURCE = `
import * as pitot from 'pitot';
import { CommandTracer, MetricsRegistry } from 'pitot/monitoring';
const { commands } = new MetricsRegistry();
const busy = (ms) => () => {
  const end = performance.now() + ms;
  while (performance.now() < end);
};
const traces = {};
const told = (name, tracer) => (traces[name] = [tracer.context.traceId, tracer.context.spanId]);
await pitot.flush(); // the agent listens

const fast = commands.type('Fast');
for (let i = 0; i < 2000; i++) fast.succeed(fast.start());
const slow = commands.type('Slow', { complexity: 'complex' });
const token = slow.start();
busy(80)();
slow.fail(token, 'refused');
const traced = new CommandTracer('Traced');
told('Traced', traced);
await traced.run(() => commands.run('Traced', async () => {
  await null;
  busy(60)();
}));
const order = new CommandTracer('Order');
told('Order', order);
order.run(() => {
  commands.run('Line', busy(20));
  commands.run('Line', busy(30));
});
commands.run('Alone', busy(10));
const first = await pitot.flush();

commands.run('Second', busy(1));
const second = await pitot.flush();
console.log(JSON.stringify({ traces, windows: [first, second].map(({ exemplars, paths }) => ({ exemplars, paths })) }));
`;

interface Told {
  traces: Record<string, [string, string]>;
  windows: Pick<Report, 'exemplars' | 'paths'>[];
}

test('should report the slowest commands of each window, once each, with labels and trace ids, when the registry and tracers time them', async (t) => {
  const app = new App({ source: SOURCE, env: { PITOT_OVERHEAD_BUDGET: '1' } });
  try {
    const { code, stdout, stderr } = await app.run();
    t.deepEqual({ code, stderr }, { code: 0, stderr: '' });
    const { traces, windows } = JSON.parse(stdout) as Told;
    const [first, second] = windows.map(({ exemplars }) => exemplars);
    t.is(first.length, EXEMPLARS_MAX);
    const durationsMs = first.map(({ durationMs }) => durationMs);
    t.deepEqual(
      durationsMs,
      durationsMs.toSorted((a, b) => b - a),
    );
    // By name, and without the quick ones: on a crowded machine a short command may take longer than a long one.
    const slowest = first.filter(({ labels }) => labels.command !== 'Fast').sort((a, b) => (a.labels.command < b.labels.command ? -1 : 1));
    t.deepEqual(
      slowest.map(({ path, labels, ok }) => [path, labels, ok]),
      [
        [COMMANDS, { command: 'Alone', complexity: 'simple' }, true],
        [COMMANDS, { command: 'Line', complexity: 'simple' }, true],
        [COMMANDS, { command: 'Line', complexity: 'simple' }, true],
        [COMMANDS, { command: 'Order' }, true],
        [COMMANDS, { command: 'Slow', complexity: 'complex' }, false],
        [COMMANDS, { command: 'Traced', complexity: 'simple' }, true],
      ],
    );
    const ids = slowest.map(({ traceId, spanId }) => [traceId, spanId]);
    t.deepEqual([ids[1], ids[2], ids[3], ids[5]], [traces.Order, traces.Order, traces.Order, traces.Traced]);
    for (const [traceId, spanId] of [ids[0], ids[4]]) {
      t.regex(traceId, /^[0-9a-f]{32}$/);
      t.regex(spanId, /^[0-9a-f]{16}$/);
    }
    t.is(new Set(ids.map(([traceId]) => traceId)).size, 4);
    // The exemplar's duration is the very one that the path has: the only call of its type.
    const { maxNs } = windows[0].paths.find(({ labels }) => labels.command === 'Slow')!;
    t.true(slowest[4].durationMs >= 80 && Math.abs(slowest[4].durationMs * 1e6 - maxNs) <= maxNs * 1e-3, `${slowest[4].durationMs} ms, ${maxNs} ns`);
    // Slower ones of the window before keep nothing out.
    t.deepEqual(
      second.map(({ labels }) => labels.command),
      ['Second'],
    );
  } finally {
    app.remove();
  }
});
