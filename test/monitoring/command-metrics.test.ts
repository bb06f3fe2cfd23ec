// Commands: what each call leaves on the path, the error counters and the gauge.
import test from 'ava';
import { COMMAND_ERRORS, COMMAND_EVENTS, COMMAND_STREAMS, COMMANDS, COMMANDS_CONCURRENT } from '../../src/core/instrument-names.js';
import { COMMAND_TYPES_MAX, ERROR_KINDS_MAX } from '../../src/core/limits.js';
import { FLAG_SYNC, HEAD } from '../../src/memory/thread-memory.js';
import type { CommandComplexity } from '../../src/monitoring/command-metrics.js';
import { MetricsRegistry } from '../../src/monitoring/metrics-registry.js';
import { recorded } from './recorded.js';

const SIMPLE = { command: 'Transfer', complexity: 'simple' };

test('should time, count and hand on what commands give when they are run', async (t) => {
  const seen = recorded();
  const { commands } = seen.metrics;
  t.is(
    commands.run('Transfer', () => 42),
    42,
  );
  t.is(await commands.run('Transfer', async () => 43), 43);
  const thrown = t.throws(() =>
    commands.run('Transfer', () => {
      throw new RangeError('no');
    }),
  );
  t.is(thrown?.message, 'no');
  const gone = Object.assign(new Error('gone'), { code: 'ECONNRESET' });
  t.is(await t.throwsAsync(commands.run('Transfer', () => Promise.reject(gone))), gone as never);
  t.deepEqual(seen.calls(COMMANDS, SIMPLE), [4, 2]);
  t.deepEqual(seen.counters(COMMAND_ERRORS, 'kind'), { RangeError: 1, ECONNRESET: 1 });
  t.is(seen.gauge(COMMANDS_CONCURRENT), 0);
});

test('should mark what ended with its function as synchronous, so that its CPU time is its own, and nothing else', async (t) => {
  const seen = recorded();
  const { commands, eventStore, projections } = seen.metrics;
  const transfer = commands.type('Transfer');
  const boom = (): never => {
    throw new Error('boom');
  };
  commands.run('Transfer', () => 1);
  t.throws(() => transfer.run(boom));
  // Not a plain promise: timed until the function returns.
  transfer.run(() => Object.assign(Promise.resolve(), { lazy: true }));
  eventStore.read(() => 1);
  projections.projection('balances').run(() => 1);
  await commands.run('Transfer', async () => 1);
  await t.throwsAsync(transfer.run(async () => boom()));
  transfer.succeed(transfer.start());
  transfer.fail(transfer.start(), 'refused');
  const { memory } = seen.ring;
  t.deepEqual(
    Array.from({ length: memory.words[HEAD] }, (_, i) => (memory.ringWords[i * 4] & FLAG_SYNC) !== 0),
    [true, true, true, true, true, false, false, false, false],
  );
  t.deepEqual(seen.calls(COMMANDS, SIMPLE), [7, 3]);
  t.is(seen.gauge(COMMANDS_CONCURRENT), 0);
});

test('should follow how many are under way when commands overlap, throw and are ended twice', async (t) => {
  const seen = recorded();
  const transfer = seen.metrics.commands.type('Transfer');
  const concurrent = (): number | null => seen.gauge(COMMANDS_CONCURRENT);
  t.is(concurrent(), null);
  const first = transfer.start();
  const second = seen.metrics.commands.type('Open').start();
  t.is(concurrent(), 2);
  t.throws(() =>
    transfer.run(() => {
      t.is(concurrent(), 3);
      throw new Error('x');
    }),
  );
  let finish = (): void => {};
  const third = transfer.run(() => new Promise<void>((resolve) => (finish = resolve)));
  t.is(concurrent(), 3);
  transfer.fail(first, 'refused');
  seen.metrics.commands.type('Open').succeed(second);
  finish();
  await third;
  t.is(concurrent(), 0);
  transfer.succeed(first);
  t.is(concurrent(), 0);
  t.deepEqual(seen.counters(COMMAND_ERRORS, 'kind'), { Error: 1, refused: 1 });
});

test('should share the instruments and the count when several registries are made', (t) => {
  const seen = recorded();
  const other = new MetricsRegistry(seen.ring.instruments);
  t.is(other.commands.type('Transfer'), seen.metrics.commands.type('Transfer'));
  seen.metrics.commands.type('Transfer').start();
  other.commands.type('Transfer').start();
  t.is(seen.gauge(COMMANDS_CONCURRENT), 2);
});

test('should label the path with the declared complexity when a type is run by name', (t) => {
  const seen = recorded();
  const { commands } = seen.metrics;
  const declared = commands.type('Settle', { complexity: 'complex' });
  commands.run('Settle', () => 1);
  t.is(commands.type('Settle'), declared);
  t.deepEqual(seen.calls(COMMANDS, { command: 'Settle', complexity: 'complex' }), [1, 0]);
  commands.type('Settle', { complexity: 'simple' });
  commands.run('Settle', () => 1);
  commands.run('Transfer', () => 1);
  commands.run('Settle', () => 1);
  t.deepEqual(seen.calls(COMMANDS, { command: 'Settle', complexity: 'simple' }), [2, 0]);
  t.deepEqual(seen.calls(COMMANDS, SIMPLE), [1, 0]);
  t.throws(() => commands.type('Settle', { complexity: 'hard' as CommandComplexity }), {
    message: 'complexity of command Settle: expected simple or complex, received "hard". It decides which target of latency the command is held to.',
  });
});

test('should record streams and events a command when they are told', (t) => {
  const seen = recorded();
  const transfer = seen.metrics.commands.type('Transfer');
  transfer.recordStreams(2);
  transfer.recordStreams(3);
  transfer.recordEvents(4);
  const labels = { command: 'Transfer' };
  t.deepEqual(seen.path(COMMAND_STREAMS, labels, 'distribution').values, [2, 3]);
  t.deepEqual(seen.path(COMMAND_EVENTS, labels, 'distribution').values, [4]);
  t.is(seen.definitions('distribution', COMMAND_EVENTS)[0].unit, 'events');
});

test('should count on (other) exactly when there are more types and kinds than the bounds', (t) => {
  const seen = recorded();
  const { commands } = seen.metrics;
  for (let i = 0; i < COMMAND_TYPES_MAX + 300; i++) {
    const type = commands.type(`type-${i}`);
    type.fail(type.start(), `kind-${i}`);
  }
  t.is(seen.definitions('path', COMMANDS).length, COMMAND_TYPES_MAX + 1);
  t.deepEqual(seen.calls(COMMANDS, { command: '(other)', complexity: 'simple' }), [300, 300]);
  const kinds = seen.counters(COMMAND_ERRORS, 'kind');
  t.is(Object.keys(kinds).length, ERROR_KINDS_MAX + 1);
  t.is(kinds['(other)'], COMMAND_TYPES_MAX + 300 - ERROR_KINDS_MAX);
});

test('should count nothing when no agent is loaded, and stay right when one comes and goes meanwhile', async (t) => {
  const seen = recorded();
  const { instruments, memory } = seen.ring;
  const transfer = seen.metrics.commands.type('Transfer');
  instruments.attach(null);
  const before = transfer.start();
  t.is(before, 0);
  const own = Promise.resolve(1);
  t.is(
    transfer.run(() => own),
    own,
  );
  instruments.attach(memory);
  const during = transfer.start();
  transfer.succeed(before);
  t.is(seen.gauge(COMMANDS_CONCURRENT), 1);
  transfer.succeed(during);
  t.is(seen.gauge(COMMANDS_CONCURRENT), 0);
  instruments.attach(null);
  transfer.fail(transfer.start(), 'late');
  instruments.attach(memory);
  t.deepEqual(seen.counters(COMMAND_ERRORS, 'kind'), {});
  t.deepEqual(seen.calls(COMMANDS, SIMPLE), [1, 0]);
});
