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
 * created, and the head where the result has `lastEventGlobalPosition`; so are those of the stores that its `withSession` hands out. The given store is not changed: hand out the one that is returned.
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
  const replaced: Record<string, unknown> = {
    readStream: (...args: unknown[]) => measured.read(() => Reflect.apply(store.readStream, store, args), eventsRead, nameOf(args[0])),
    appendToStream: (...args: unknown[]) => append(measured, () => Reflect.apply(store.appendToStream, store, args), args[1], nameOf(args[0])),
  };
  const { withSession } = store as SessionFactory;
  if (typeof withSession === 'function') {
    const inSession = (session: unknown): unknown => {
      const inner = (session as Session | null)?.eventStore;
      if (!isStore(inner)) return session;
      return substitute(session as Session, { eventStore: inner === store ? proxy : instrumentStore(inner, metrics, options) });
    };
    replaced.withSession = (callback: unknown, ...rest: unknown[]) => {
      const measuring = typeof callback === 'function' ? (session: unknown) => callback(inSession(session)) : callback;
      return Reflect.apply(withSession, isPlainObject(store) ? proxy : store, [measuring, ...rest]);
    };
  }
  const proxy: Store = substitute(store, replaced);
  instrumented.add(proxy);
  return proxy;
}

/** As Emmett's stores may be: reads and appends within a session go through a store of its own. */
interface SessionFactory {
  readonly withSession?: Method;
}

interface Session {
  readonly eventStore?: unknown;
}

/** An object that is the given one but for some members. Methods of an object literal see it as `this`, those of a class instance the instance. */
function substitute<Target extends object>(original: Target, replaced: Readonly<Record<string | symbol, unknown>>): Target {
  const isPlain = isPlainObject(original);
  const bound = new WeakMap<object, Method>();

  /** One function a method, so that it equals itself. */
  const boundMethod = (method: Method): Method => {
    let own = bound.get(method);
    if (own === undefined) {
      own = function (this: unknown, ...args: unknown[]): unknown {
        return new.target === undefined ? Reflect.apply(method, this === proxy ? original : this, args) : Reflect.construct(method, args);
      };
      bound.set(method, own);
    }
    return own;
  };

  const proxy: Target = new Proxy(changeable(original), {
    get(_target, key) {
      if (Object.hasOwn(replaced, key)) return replaced[key];
      const value: unknown = Reflect.get(original, key, isPlain ? proxy : original);
      return isPlain || typeof value !== 'function' || key === 'constructor' ? value : boundMethod(value as Method);
    },
    set: (_target, key, value) => Reflect.set(original, key, value),
  });
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
function changeable<Target extends object>(original: Target): Target {
  const descriptors = Object.getOwnPropertyDescriptors(original) as Record<string, PropertyDescriptor>;
  const keys = Reflect.ownKeys(descriptors) as string[];
  if (keys.every((key) => descriptors[key].configurable)) return original;
  for (const key of keys) descriptors[key].configurable = true;
  return Object.create(Object.getPrototypeOf(original), descriptors) as Target;
}

function isStore(store: unknown): store is StoreLike {
  const { readStream, appendToStream } = (store ?? {}) as Partial<StoreLike>;
  return typeof readStream === 'function' && typeof appendToStream === 'function';
}

function requireStore(store: unknown): asserts store is StoreLike {
  if (isStore(store)) return;
  throw new PitotError('API_MISUSE', {
    option: 'instrumentStore',
    allowed: 'an object with readStream and appendToStream',
    received: show(store),
    remedy: 'For other stores call metrics.eventStore.read and .write around their operations.',
  });
}
