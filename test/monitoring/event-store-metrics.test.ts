// Reads and writes: durations, events, batches, sizes, conflicts, streams.
import test from 'ava';
import {
  STORE_BATCH,
  STORE_CONCURRENT,
  STORE_CONFLICTS,
  STORE_EVENT_BYTES,
  STORE_EVENTS_READ,
  STORE_EVENTS_WRITTEN,
  STORE_HEAD,
  STORE_OPERATIONS,
  STORE_READ,
  STORE_STREAMS,
  STORE_STREAMS_CREATED,
  STORE_WRITE,
} from '../../src/core/instrument-names.js';
import { recorded } from './recorded.js';

const conflict = Object.assign(new Error('late'), { code: '23505' });

test('should count events read and written when operations are run', async (t) => {
  const seen = recorded();
  const { eventStore } = seen.metrics;
  const read = await eventStore.read(
    async () => ({ events: [1, 2, 3] }),
    (result) => result.events.length,
    'a',
  );
  t.deepEqual(read, { events: [1, 2, 3] });
  t.is(
    eventStore.read(() => 'sync', 4),
    'sync',
  );
  await eventStore.write(async () => undefined, [{ a: 1 }, { a: 2 }], 'a');
  await eventStore.write(async () => undefined, 5);
  t.is(seen.counter(STORE_EVENTS_READ), 7);
  t.is(seen.counter(STORE_EVENTS_WRITTEN), 7);
  t.deepEqual(seen.calls(STORE_READ), [2, 0]);
  t.deepEqual(seen.calls(STORE_WRITE), [2, 0]);
  t.deepEqual(seen.path(STORE_BATCH, {}, 'distribution').values, [2, 5]);
  t.deepEqual(seen.counters(STORE_OPERATIONS, 'stream'), { '(other)': 4 });
  t.is(seen.gauge(STORE_CONCURRENT), 0);
});

test('should count failures and conflicts apart when operations fail', async (t) => {
  const seen = recorded();
  const { eventStore } = seen.metrics;
  const down = new Error('down');
  t.is(await t.throwsAsync(eventStore.write(() => Promise.reject(down), 3)), down);
  t.is(await t.throwsAsync(eventStore.write(() => Promise.reject(conflict), 3)), conflict as never);
  t.is(
    t.throws(() =>
      eventStore.read(() => {
        throw down;
      }),
    ),
    down,
  );
  t.deepEqual(seen.calls(STORE_WRITE), [2, 1]);
  t.deepEqual(seen.calls(STORE_READ), [1, 1]);
  t.is(seen.counter(STORE_CONFLICTS), 1);
  t.is(seen.counter(STORE_EVENTS_WRITTEN), 0);
  t.deepEqual(seen.counters(STORE_OPERATIONS, 'stream'), { '(other)': 3 });
});

test('should record the same with tokens when operations cannot be wrapped', (t) => {
  const seen = recorded();
  const { eventStore } = seen.metrics;
  const [read, write, late, failed] = [eventStore.startRead(), eventStore.startWrite(), eventStore.startWrite(), eventStore.startRead()];
  t.is(seen.gauge(STORE_CONCURRENT), 4);
  eventStore.endRead(read, 10, 'a');
  eventStore.endWrite(write, 2, 'a');
  eventStore.failWrite(late, conflict, 'a');
  eventStore.failRead(failed, new Error('x'), 'a');
  eventStore.recordConflicts();
  t.is(seen.gauge(STORE_CONCURRENT), 0);
  t.deepEqual(
    [seen.calls(STORE_READ), seen.calls(STORE_WRITE)],
    [
      [2, 1],
      [2, 0],
    ],
  );
  t.deepEqual([seen.counter(STORE_EVENTS_READ), seen.counter(STORE_EVENTS_WRITTEN), seen.counter(STORE_CONFLICTS)], [10, 2, 2]);
});

test('should measure one event of each 64th write when events are handed over', (t) => {
  const seen = recorded();
  const { eventStore } = seen.metrics;
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  const batches: unknown[][] = [[{ a: 1 }, { b: 22 }], [{ position: 7n, name: 'é' }, {}], [cycle], [undefined]];
  for (let i = 0; i < 64 * 4; i++) eventStore.write(() => i, batches[Math.floor(i / 64)]);
  // The second sample takes the second event of its batch; a cycle and what is no JSON leave nothing.
  t.deepEqual(seen.path(STORE_EVENT_BYTES, {}, 'distribution').values, [7, 2]);
  for (let i = 0; i < 64; i++) eventStore.write(() => i, [{ position: 7n, name: 'é' }]);
  t.deepEqual(seen.path(STORE_EVENT_BYTES, {}, 'distribution').values.at(-1), Buffer.byteLength('{"position":"7","name":"é"}'));
});

test('should hand on the result when the function that tells the events throws', (t) => {
  const seen = recorded();
  const result = seen.metrics.eventStore.read(
    () => 'kept',
    () => {
      throw new Error('mine');
    },
  );
  t.is(result, 'kept');
  t.is(seen.counter(STORE_EVENTS_READ), 0);
});

test('should hand on the result and invent no events when what is told of them is no list', (t) => {
  const seen = recorded();
  const hostile = {
    get length(): number {
      throw null;
    },
  };
  for (const events of [{}, hostile, { length: '3' }, null, undefined]) {
    t.is(
      seen.metrics.eventStore.read(
        () => 7,
        () => events as never,
      ),
      7,
    );
    t.is(
      seen.metrics.eventStore.write(() => 8, events as never),
      8,
    );
  }
  t.deepEqual([seen.counter(STORE_EVENTS_READ) ?? 0, seen.counter(STORE_EVENTS_WRITTEN) ?? 0], [0, 0]);
});

test('should keep the highest position and the newest stream count when they are told', (t) => {
  const seen = recorded();
  const { eventStore } = seen.metrics;
  for (const position of [5, 12n, 9, Number.NaN]) eventStore.updateHead(position);
  eventStore.updateStreamCount(30);
  eventStore.updateStreamCount(29);
  eventStore.recordStreamsCreated(2);
  t.deepEqual([seen.gauge(STORE_HEAD), seen.gauge(STORE_STREAMS), seen.counter(STORE_STREAMS_CREATED)], [12, 29, 2]);
});
