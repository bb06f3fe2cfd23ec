// The monitoring service: its rounds within this process, and a plain script that starts the agent through it.
import test from 'ava';
import { PitotError } from '../../src/core/errors.js';
import { HealthChecks } from '../../src/monitoring/health-checks.js';
import { loggers } from '../../src/monitoring/loggers.js';
import { MonitoringService } from '../../src/monitoring/monitoring-service.js';
import { App } from '../support/app.js';
import { Recorded } from './recorded.js';

type Line = Record<string, unknown>;

function parts(): { recorded: Recorded; checks: HealthChecks; lines: Line[]; logger: ReturnType<typeof loggers.healthMonitor> } {
  const recorded = new Recorded();
  const lines: Line[] = [];
  const logger = loggers.healthMonitor({ destination: { write: (line: string) => lines.push(JSON.parse(line)) } });
  return { recorded, checks: new HealthChecks(() => recorded.ring.instruments), lines, logger };
}

const OFF = { enabled: false };

test('should collect, check and log in this order when a round is made', async (t) => {
  const { recorded, checks, lines, logger } = parts();
  const service = new MonitoringService({ checks, logger, agent: OFF, intervalMs: 3_600_000 });
  const order: string[] = [];
  service.collect('pool', async () => {
    order.push('pool');
    recorded.metrics.system.updateConnectionPool({ total: 20, available: 3 });
    return { poolUtilizationPercent: 85, errorRatePercent: Number.NaN, other: 1 };
  });
  service.collect('broken', () => {
    throw new Error('no pool');
  });
  let up = false;
  service.health('db', () => {
    order.push('db');
    return up;
  });
  service.start();
  t.deepEqual(order, []);
  await service.round();
  t.deepEqual(order, ['pool', 'db']);
  t.is(recorded.gauge('pool.available', { pool: 'default' }), 3);
  t.is(recorded.gauge('health', { check: 'db' }), 0);
  t.like(service.status()[0], { check: 'db', state: 'unhealthy', message: 'returned false' });
  up = true;
  await service.round();
  await service.stop();
  t.deepEqual(
    lines.map(({ event, collector, check, reason }) => [event, collector ?? check, reason]),
    [
      ['health.collector_failed', 'broken', 'no pool'],
      ['health.check_failed', 'db', 'returned false'],
      ['health.metrics', undefined, undefined],
      ['health.collector_failed', 'broken', 'no pool'],
      ['health.check_recovered', 'db', undefined],
      ['health.metrics', undefined, undefined],
    ],
  );
  t.is(lines[2].pool_utilization_percent, 85);
  t.false('error_rate_percent' in lines[2]);
  t.true((lines[2].memory_mb as number) > 10 && (lines[2].cpu_percent as number) >= 0);
});

test('should make no second round while one is under way when rounds come too soon', async (t) => {
  const { checks } = parts();
  const service = new MonitoringService({ checks, logger: null, agent: OFF });
  let under = 0;
  let most = 0;
  let calls = 0;
  let release = (): void => {};
  service.collect('slow', async () => {
    calls++;
    most = Math.max(most, ++under);
    await new Promise<void>((resolve) => (release = resolve));
    under--;
  });
  const first = service.round();
  t.is(service.round(), first);
  await new Promise(setImmediate);
  t.is(service.round(), first);
  release();
  await first;
  const second = service.round();
  t.not(second, first);
  await new Promise(setImmediate);
  release();
  await second;
  t.is(calls, 2);
  t.is(most, 1);
});

test('should make rounds by its interval until it is stopped when it is started', async (t) => {
  const { checks } = parts();
  const service = new MonitoringService({ checks, logger: null, agent: OFF, intervalMs: 10 });
  let calls = 0;
  await new Promise<void>((resolve) => {
    service.collect('count', () => {
      if (++calls === 3) resolve();
    });
    service.start();
    service.start();
  });
  await service.stop();
  await service.round();
  const after = calls;
  await new Promise((resolve) => setTimeout(resolve, 60));
  t.is(calls, after);
});

test('should leave no check down for good when the last service that checks is stopped', async (t) => {
  const { recorded, checks } = parts();
  const [first, second] = [0, 1].map(() => new MonitoringService({ checks, logger: null, agent: OFF, intervalMs: 3_600_000 }));
  first.health('db', () => false);
  const gauge = () => recorded.gauge('health', { check: 'db' });
  first.start();
  second.start();
  await Promise.all([first.round(), second.round()]);
  t.is(gauge(), 0);
  await first.stop();
  t.is(gauge(), 0);
  const under = second.round();
  await second.stop();
  await under;
  await null;
  t.is(gauge(), 1);
});

test('should log alerts by their rule when they begin and end', async (t) => {
  const app = new App({
    env: { PITOT_TIME_SCALE: '100', PITOT_INTERVAL_MS: '1000' },
    source: `
      import { on } from 'pitot';
      import { MonitoringService } from 'pitot/monitoring';
      const service = new MonitoringService({ intervalMs: 50 });
      let up = false;
      service.health('db', () => up);
      service.start();
      const timer = setInterval(() => {}, 1000);
      on('alert', ({ event, alert }) => {
        if (event === 'actions' && alert.state === 'firing') up = true;
        if (event === 'resolved') setTimeout(() => clearInterval(timer), 100);
      });
    `,
  });
  t.teardown(() => app.remove());
  const { code, stdout, stderr } = await app.run();
  t.is(code, 0, stderr);
  const alerts = stdout
    .split('\n')
    .filter((line) => line.includes('health.alert'))
    .map((line) => JSON.parse(line) as Line);
  t.deepEqual(
    alerts.map(({ level, alert, severity, state, labels, msg }) => ({ level, alert, severity, state, labels, msg })),
    (['pending', 'firing', 'resolved'] as const).map((state) => ({
      level: state === 'firing' ? 50 : 30,
      alert: 'service down',
      severity: 'critical',
      state,
      labels: { check: 'db' },
      msg: `alert ${state}: service down`,
    })),
  );
});

test('should name the option when one is wrong', (t) => {
  const optionOf = (act: () => unknown): string | undefined => t.throws(act, { instanceOf: PitotError })?.detail.option;
  t.is(
    optionOf(() => new MonitoringService({ intervalMs: 1 })),
    'intervalMs',
  );
  const service = new MonitoringService({ agent: { intervalMs: -1 }, logger: null });
  t.is(
    optionOf(() => service.start()),
    'intervalMs',
  );
  t.is(
    optionOf(() => service.collect('', () => {})),
    'collector name',
  );
});

test('should start the agent, report health and faults, and let the process end when a plain script uses it', async (t) => {
  const app = new App({
    nodeArgs: [],
    source: `
      import { CommandTracer, MonitoringService, health } from 'pitot/monitoring';
      import { flush } from 'pitot';
      health('cache', () => true);
      const service = new MonitoringService({ agent: { service: 'plain' } });
      service.health('db', () => { throw new Error('postgres://u:pw@db refused'); });
      service.start();
      await service.round();
      await new CommandTracer('Transfer', ['a']).run(async () => {});
      // The agent listens by then: it hears of the first round with the second.
      await flush();
      await service.round();
      const report = await flush();
      console.log(JSON.stringify({ gauges: report.gauges.filter((g) => g.name === 'health'), faults: report.agent.faults }));
    `,
  });
  t.teardown(() => app.remove());
  const { code, stdout, stderr } = await app.run();
  t.is(code, 0, stderr);
  t.is(stderr, '');
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  t.deepEqual(
    lines.slice(0, -1).map(({ event, reason }) => [event, reason]),
    [
      ['health.check_failed', 'postgres://***@db refused'],
      ['health.metrics', undefined],
      ['health.check_failed', 'postgres://***@db refused'],
      ['health.metrics', undefined],
    ],
  );
  const { gauges, faults } = lines.at(-1) as { gauges: Line[]; faults: Line[] };
  t.deepEqual(Object.fromEntries(gauges.map(({ labels, value }) => [(labels as Line).check, value])), { cache: 1, db: 0 });
  t.like(
    faults.find((fault) => fault.code === 'HEALTH_CHECK'),
    { count: 2, message: 'db: postgres://***@db refused' },
  );
  const [run] = app.runs();
  t.regex(run, /plain\./);
});

test('should go on without the agent when the environment has a mistake', async (t) => {
  const app = new App({
    nodeArgs: [],
    env: { PITOT_INTERVAL_MS: 'often' },
    source: `
      import { MonitoringService } from 'pitot/monitoring';
      const service = new MonitoringService({ logger: null });
      service.health('db', () => true);
      service.start();
      await service.round();
      console.log(service.status()[0].state);
    `,
  });
  t.teardown(() => app.remove());
  const { code, stdout, stderr } = await app.run();
  t.is(code, 0, stderr);
  t.is(stdout, 'healthy\n');
  t.regex(stderr, /^pitot: not started: \[CONFIG_VALUE\] PITOT_INTERVAL_MS: .*\n$/);
  t.deepEqual(app.runs(), []);
});
