// The wrapper of event stores, on Emmett's real in-memory store and on stores of other shapes.
import { CommandHandler, canCreateEventStoreSession, type Event, getInMemoryEventStore, nulloSessionFactory } from '@event-driven-io/emmett';
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
  STORE_STREAMS_CREATED,
  STORE_WRITE,
} from '../../src/core/instrument-names.js';
import { instrumentStore } from '../../src/monitoring/instrument-store.js';
import { type Recorded, recorded } from './recorded.js';

type Deposited = Event<'Deposited', { cents: number }>;
const deposited = (cents: number): Deposited => ({ type: 'Deposited', data: { cents } });

const counts = (seen: Recorded): Record<string, number | null> => ({
  read: seen.counter(STORE_EVENTS_READ),
  written: seen.counter(STORE_EVENTS_WRITTEN),
  created: seen.counter(STORE_STREAMS_CREATED),
  conflicts: seen.counter(STORE_CONFLICTS),
});

test("should measure reads, appends and conflicts of Emmett's store when it is wrapped", async (t) => {
  const seen = recorded();
  const bare = getInMemoryEventStore();
  const store = instrumentStore(bare, seen.metrics);
  const appended = await store.appendToStream<Deposited>('a', [deposited(1), deposited(2)]);
  t.deepEqual(appended, { nextExpectedStreamVersion: 2n, createdNewStream: true });
  await store.appendToStream<Deposited>('a', [deposited(3)], { expectedStreamVersion: 2n });
  const late = await t.throwsAsync(store.appendToStream<Deposited>('a', [deposited(4)], { expectedStreamVersion: 2n }));
  t.regex(late!.message, /version/i);
  const read = await store.readStream<Deposited>('a');
  t.deepEqual(
    read.events.map(({ data }) => data.cents),
    [1, 2, 3],
  );
  t.is(read.currentStreamVersion, 3n);
  t.deepEqual(counts(seen), { read: 3, written: 3, created: 1, conflicts: 1 });
  t.deepEqual(
    [seen.calls(STORE_READ), seen.calls(STORE_WRITE)],
    [
      [1, 0],
      [3, 0],
    ],
  );
  t.deepEqual(seen.path(STORE_BATCH, {}, 'distribution').values, [2, 1]);
  t.deepEqual(seen.path(STORE_EVENT_BYTES, {}, 'distribution').values, [JSON.stringify(deposited(1)).length]);
  t.deepEqual(seen.counters(STORE_OPERATIONS, 'stream'), { '(other)': 4 });
  t.is(seen.gauge(STORE_CONCURRENT), 0);
  // The wrapped store was not changed: it measures nothing.
  await bare.readStream('a');
  t.deepEqual(seen.calls(STORE_READ), [1, 0]);
});

test("should measure the read inside Emmett's aggregateStream and keep its other members when it is wrapped", async (t) => {
  const seen = recorded();
  const bare = getInMemoryEventStore();
  const store = instrumentStore(bare, seen.metrics);
  await store.appendToStream<Deposited>('a', [deposited(1), deposited(2)]);
  const { state } = await store.aggregateStream<number, Deposited>('a', {
    evolve: (sum: number, { data }: Deposited) => sum + data.cents,
    initialState: () => 0,
  });
  t.is(state, 3);
  t.deepEqual(counts(seen), { read: 2, written: 2, created: 1, conflicts: 0 });
  t.is(store.database, bare.database);
  t.true(await store.streamExists('a'));
  t.deepEqual(Object.keys(store), Object.keys(bare));
  t.is(store.readStream, store.readStream);
});

test('should measure once when a wrapped store is wrapped again', async (t) => {
  const seen = recorded();
  const store = instrumentStore(getInMemoryEventStore(), seen.metrics);
  t.is(instrumentStore(store, seen.metrics), store);
  await store.readStream('a');
  t.deepEqual(seen.calls(STORE_READ), [1, 0]);
});

test("should measure each read and append of a session once when Emmett's command handler opens one", async (t) => {
  const seen = recorded();
  const bare = getInMemoryEventStore();
  let closed = 0;
  // As Emmett's stores on databases: a session has a store of its own, here one over the same streams.
  const store = instrumentStore(
    {
      ...bare,
      withSession: async <T>(callback: (session: { eventStore: typeof bare; close: () => Promise<void> }) => Promise<T>): Promise<T> => {
        const session = { eventStore: { ...bare }, close: async () => void closed++ };
        return callback(Object.freeze(session)).finally(() => session.close());
      },
    },
    seen.metrics,
  );
  t.true(canCreateEventStoreSession(store));
  const handle = CommandHandler<number, Deposited>({ evolve: (sum, { data }) => sum + data.cents, initialState: () => 0 });
  await handle(store, 'a', () => [deposited(1), deposited(2)]);
  const { newState } = await handle(store, 'a', (sum) => deposited(sum + 4));
  t.is(newState, 10);
  t.deepEqual(
    [seen.calls(STORE_READ), seen.calls(STORE_WRITE)],
    [
      [2, 0],
      [2, 0],
    ],
  );
  t.deepEqual(counts(seen), { read: 2, written: 3, created: 1, conflicts: 0 });
  t.is(closed, 2);
  // A nullo session hands out the store that it was given.
  const sameStore = nulloSessionFactory(store);
  await sameStore.withSession(({ eventStore }) => eventStore.readStream('a'));
  t.deepEqual(seen.calls(STORE_READ), [3, 0]);
});

test('should measure a session once and keep its privates when stores and sessions are of classes', async (t) => {
  class Session {
    readonly #store: PrivateStore;
    constructor(store: PrivateStore) {
      this.#store = store;
    }
    get eventStore(): PrivateStore {
      return this.#store;
    }
    size(): number {
      return this.#store.size;
    }
  }
  class SessionStore extends PrivateStore {
    withSession<T>(callback: (session: Session) => T, _options?: object): T {
      return callback(new Session(this));
    }
  }
  const seen = recorded();
  const store = instrumentStore(new SessionStore(), seen.metrics);
  const size = await store.withSession(async (session) => {
    t.is(session.eventStore, store);
    await session.eventStore.appendToStream('a', [1, 2]);
    return session.size();
  });
  t.is(size, 1);
  t.deepEqual(counts(seen), { read: 0, written: 2, created: 1, conflicts: 0 });
  t.deepEqual(seen.calls(STORE_WRITE), [1, 0]);
  // What is no session of a store is handed on as it is.
  const odd = instrumentStore(
    { readStream: () => null, appendToStream: () => null, withSession: (take: (given: unknown) => unknown) => take(7) },
    seen.metrics,
  );
  t.is(
    odd.withSession((given) => given),
    7,
  );
});

class PrivateStore {
  #streams = new Map<string, unknown[]>();
  version = 0;

  get size(): number {
    return this.#streams.size;
  }

  readStream(name: string): { events: unknown[] } {
    const events = this.#streams.get(name);
    if (events === undefined) throw new RangeError(`no stream ${name}`);
    return { events };
  }

  async appendToStream(name: string, events: unknown[]): Promise<{ createdNewStream: boolean; lastEventGlobalPosition: bigint }> {
    const known = this.#streams.get(name);
    this.#streams.set(name, [...(known ?? []), ...events]);
    this.version += events.length;
    return { createdNewStream: known === undefined, lastEventGlobalPosition: BigInt(this.version) };
  }

  names(): string[] {
    return [...this.#streams.keys()];
  }
}

test('should keep this, private fields, synchronous results and errors when the store is a class', async (t) => {
  const seen = recorded();
  const store = instrumentStore(new PrivateStore(), seen.metrics);
  await store.appendToStream('a', [1, 2]);
  await store.appendToStream('a', [3]);
  t.deepEqual(store.readStream('a'), { events: [1, 2, 3] });
  t.is(t.throws(() => store.readStream('b'), { instanceOf: RangeError })?.message, 'no stream b');
  t.deepEqual([store.size, store.names(), store.version], [1, ['a'], 3]);
  store.version = 7;
  t.is(store.version, 7);
  t.true(store instanceof PrivateStore);
  t.is(store.constructor, PrivateStore);
  t.is(store.names, store.names);
  t.deepEqual(counts(seen), { read: 3, written: 3, created: 1, conflicts: 0 });
  t.deepEqual(seen.calls(STORE_READ), [2, 1]);
  t.is(seen.gauge(STORE_HEAD), 3);
});

test('should measure a frozen store and count streams under the given names when they are told', async (t) => {
  const seen = recorded();
  const bare = Object.freeze({ readStream: () => ({ events: [1] }), appendToStream: () => ({}) });
  const store = instrumentStore(bare, seen.metrics, { streamName: (stream) => stream.split('-')[0] });
  const named = store.readStream as (stream: string) => unknown;
  for (let i = 0; i < 40; i++) named(`account-${i}`);
  t.deepEqual(seen.counters(STORE_OPERATIONS, 'stream'), { '(other)': 31, account: 9 });
});

test('should give the functions of a frozen instance of a class, too', async (t) => {
  class Store {
    readonly kind = () => 'memory';
    async readStream() {
      return { events: [1, 2] };
    }
    async appendToStream() {
      return {};
    }
  }
  const seen = recorded();
  const store = instrumentStore(Object.freeze(new Store()), seen.metrics);
  t.is(store.kind(), 'memory');
  t.deepEqual(await store.readStream(), { events: [1, 2] });
  t.is(seen.counter('event_store.events_read'), 2);
});

test('should refuse with the remedy when the object is no store', (t) => {
  const seen = recorded();
  t.throws(() => instrumentStore({ readStream: () => 1 } as never, seen.metrics), {
    message:
      'instrumentStore: expected an object with readStream and appendToStream, received {}. For other stores call metrics.eventStore.read and .write around their operations.',
  });
});
