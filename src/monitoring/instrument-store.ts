// Measures an event store without calls by hand: any object with readStream and appendToStream, as those of Emmett have.
import { PitotError, show } from '../core/errors.js';
import type { EventStoreMetrics } from './event-store-metrics.js';
import type { MetricsRegistry } from './metrics-registry.js';

/** What is asked of a store: `readStream(name, options)` gives `{ events }`, `appendToStream(name, events, options)` gives `{ createdNewStream? }`, or promises of these. */
export interface StoreLike {
  // biome-ignore lint/suspicious/noExplicitAny: generic in each store.
  readStream(...args: any[]): any;
  // biome-ignore lint/suspicious/noExplicitAny: generic in each store.
  appendToStream(...args: any[]): any;
}

export interface InstrumentStoreOptions {
  /** The name that a stream's operations are counted under: of many short streams, what they have in common (`account-17` → `account`). Default: its own. */
  streamName?: (stream: string) => string;
}

type Method = (...args: unknown[]) => unknown;

const instrumented = new WeakSet<object>();

/**
 * A store that behaves as the given one and whose reads and appends are measured: durations, events, batch sizes, conflicts, operations by stream, streams
 * created, and the head where the result has `lastEventGlobalPosition`. The given store is not changed: hand out the one that is returned.
 *
 * Results, errors and other members are the store's own. Methods that call `this.readStream` are measured through it when the store is a plain object, as
 * Emmett's are; a class instance keeps itself as `this`, since its private fields need that, and calls it makes on itself are not seen.
 * @throws PitotError when it is no such store.
 */
export function instrumentStore<Store extends StoreLike>(store: Store, metrics: MetricsRegistry, options: InstrumentStoreOptions = {}): Store {
  requireStore(store);
  if (instrumented.has(store)) return store;
  const measured = metrics.eventStore;
  const nameOf = namer(options.streamName);
  const replaced: Record<string | symbol, Method> = {
    readStream: (...args) => measured.read(() => Reflect.apply(store.readStream, store, args), eventsRead, nameOf(args[0])),
    appendToStream: (...args) => append(measured, () => Reflect.apply(store.appendToStream, store, args), args[1], nameOf(args[0])),
  };
  const isPlain = isPlainObject(store);
  const bound = new WeakMap<object, Method>();

  /** One function a method, so that it equals itself. */
  const boundMethod = (method: Method): Method => {
    let own = bound.get(method);
    if (own === undefined) {
      own = function (this: unknown, ...args: unknown[]): unknown {
        return new.target === undefined ? Reflect.apply(method, this === proxy ? store : this, args) : Reflect.construct(method, args);
      };
      bound.set(method, own);
    }
    return own;
  };

  const proxy: Store = new Proxy(changeable(store), {
    get(_target, key) {
      if (Object.hasOwn(replaced, key)) return replaced[key];
      const value: unknown = Reflect.get(store, key, isPlain ? proxy : store);
      return isPlain || typeof value !== 'function' || key === 'constructor' ? value : boundMethod(value as Method);
    },
    set: (_target, key, value) => Reflect.set(store, key, value),
  });
  instrumented.add(proxy);
  return proxy;
}

interface ReadResult {
  readonly events?: readonly unknown[];
}

interface AppendResult {
  readonly createdNewStream?: boolean;
  readonly lastEventGlobalPosition?: number | bigint;
}

const eventsRead = (result: unknown): number => (result as ReadResult | null)?.events?.length ?? 0;

function append(measured: EventStoreMetrics, call: () => unknown, events: unknown, stream: string | undefined): unknown {
  const written = Array.isArray(events) ? (events as unknown[]) : [];
  return measured.write(
    call,
    (result) => {
      const { createdNewStream, lastEventGlobalPosition } = (result ?? {}) as AppendResult;
      if (createdNewStream === true) measured.recordStreamsCreated();
      if (lastEventGlobalPosition !== undefined && lastEventGlobalPosition !== null) measured.updateHead(lastEventGlobalPosition);
      return written;
    },
    stream,
  );
}

/** The application's function must not fail a read. */
function namer(streamName: ((stream: string) => string) | undefined): (stream: unknown) => string | undefined {
  return (stream) => {
    if (typeof stream !== 'string') return undefined;
    try {
      return streamName === undefined ? stream : String(streamName(stream));
    } catch {
      return undefined;
    }
  };
}

/** An object literal has no private fields: its methods may have the proxy as `this`. */
function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** A proxy must give a frozen property as it is: behind it stands then a copy whose properties could change. */
function changeable<Store extends object>(store: Store): Store {
  const fixed = Object.values(Object.getOwnPropertyDescriptors(store)).some(
    ({ configurable, value }) => !configurable && typeof value === 'function',
  );
  if (!fixed) return store;
  const descriptors = Object.getOwnPropertyDescriptors(store) as Record<string, PropertyDescriptor>;
  for (const key of Reflect.ownKeys(descriptors) as string[]) descriptors[key].configurable = true;
  return Object.create(Object.getPrototypeOf(store), descriptors) as Store;
}

function requireStore(store: unknown): asserts store is StoreLike {
  const { readStream, appendToStream } = (store ?? {}) as Partial<StoreLike>;
  if (typeof readStream === 'function' && typeof appendToStream === 'function') return;
  throw new PitotError('API_MISUSE', {
    option: 'instrumentStore',
    allowed: 'an object with readStream and appendToStream',
    received: show(store),
    remedy: 'For other stores call metrics.eventStore.read and .write around their operations.',
  });
}
