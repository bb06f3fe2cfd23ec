// Every public method of loggers, tracer, trace context and registry, called with what an application might hand over by mistake: nothing throws, and nothing
// else is counted.
import test from 'ava';
import fc from 'fast-check';
import { PitotError } from '../../src/core/errors.js';
import {
  COMMAND_ERRORS,
  COMMANDS,
  COMMANDS_CONCURRENT,
  STORE_CONCURRENT,
  STORE_EVENTS_READ,
  STORE_OPERATIONS,
} from '../../src/core/instrument-names.js';
import { readDefinitions } from '../../src/memory/definition-log.js';
import { DEFINITION_LENGTH, HEAD, PATH_MASK } from '../../src/memory/thread-memory.js';
import { CommandTracer } from '../../src/monitoring/command-tracer.js';
import { loggers } from '../../src/monitoring/loggers.js';
import { TraceContext } from '../../src/monitoring/trace-context.js';
import { TraceState } from '../../src/monitoring/trace-state.js';
import { type Recorded, recorded } from './recorded.js';

const refuse = (): never => {
  throw new Error('a trap of the application');
};
const traps = Object.fromEntries(Reflect.ownKeys(Reflect).map((name) => [name, refuse])) as ProxyHandler<object>;
const circular: Record<string, unknown> = { command: 'x' };
circular.error = circular;
const revoked = Proxy.revocable([], {});
revoked.revoke();

/** In which every property that pitot reads throws. */
const thrower = Object.defineProperties(
  {},
  Object.fromEntries(
    [
      'command',
      'error',
      'streamIds',
      'alert',
      'labels',
      'parent',
      'sampled',
      'traceparent',
      'total',
      'position',
      'eventAtMs',
      'length',
      'complexity',
      'memoryMb',
    ].map((name) => [name, { get: refuse, enumerable: true }]),
  ),
);

const HOSTILE: readonly unknown[] = [
  undefined,
  null,
  0,
  -1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  10n ** 30n,
  '',
  'x'.repeat(100_000),
  Symbol('s'),
  () => refuse(),
  {},
  [],
  [Symbol('in a list'), { toString: refuse }],
  circular,
  thrower,
  { toString: refuse, valueOf: refuse, toJSON: refuse, [Symbol.toPrimitive]: refuse },
  {
    command: Symbol('name'),
    error: thrower,
    durationMs: 1n,
    streamIds: thrower,
    labels: thrower,
    alert: Symbol('alert'),
    state: { toString: refuse },
  },
  new Proxy({}, traps),
  new Proxy([], traps),
  new Proxy(() => {}, traps),
  revoked.proxy,
  Object.create(null),
  Object.assign(new Error('x'), { code: { toString: refuse } }),
];

/** By index: fast-check reads properties of the values that it generates. */
const hostile = fc.nat({ max: HOSTILE.length - 1 });
const hostiles = fc.array(hostile, { maxLength: 4 });
const valuesOf = (indexes: readonly number[]): unknown[] => indexes.map((index) => HOSTILE[index]);
const OPTIONS = { numRuns: 60, seed: 7 };

type Method = (...args: unknown[]) => unknown;

/** Methods that call a function of the application's, and where it stands among their arguments: what is no function is an error of its caller's own. */
const TAKES_FN: Record<string, number> = { run: 0, read: 1, write: 1, project: 1 };

/** The methods of an object by its classes, so that one that comes later is called too. */
function methodsOf(subject: object, ...left: string[]): [name: string, call: Method][] {
  const names = new Set<string>();
  for (let at = subject; at !== null && at !== Object.prototype && at !== Function.prototype; at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) {
      if (typeof Object.getOwnPropertyDescriptor(at, name)?.value === 'function' && !['constructor', ...left].includes(name)) names.add(name);
    }
  }
  return [...names].map((name) => [name, (...args) => Reflect.apply((subject as Record<string, Method>)[name], subject, args)]);
}

/** What is in a thread's memory: counters, gauges, and how often each path was recorded, by name. */
function contentOf({ ring: { memory } }: Recorded): Map<string, number> {
  const content = new Map<string, number>();
  const nameOfPath = new Map<number, string>();
  for (const { kind, id, name, labels } of readDefinitions(memory.definitions, memory.words, DEFINITION_LENGTH, 0).definitions) {
    const key = `${name} ${JSON.stringify(labels)}`;
    if (kind === 'counter') content.set(key, memory.counters[id]);
    else if (kind === 'gauge') content.set(key, memory.gauges[id]);
    else nameOfPath.set(id, key);
  }
  for (let i = 0; i < memory.words[HEAD]; i++) {
    const key = nameOfPath.get(memory.ringWords[i * 4] & PATH_MASK) ?? '?';
    content.set(key, (content.get(key) ?? 0) + 1);
  }
  return content;
}

const changed = (before: Map<string, number>, after: Map<string, number>): string[] =>
  [...after].filter(([key, value]) => !Object.is(before.get(key), value)).map(([key]) => key);

test('should write a line and throw nothing when a logger is given anything', (t) => {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>) };
  for (const make of Object.values(loggers)) {
    const logger = make({ level: 'trace', destination });
    for (const [name, call] of methodsOf(logger, 'line', 'made')) {
      for (const value of HOSTILE) {
        lines.length = 0;
        call(value);
        t.is(lines.length, 1, `${name} with ${typeof value}`);
      }
    }
  }
  loggers.commandExecutor({ destination }).commandFailed(undefined as never);
  t.like(lines.at(-1), { event: 'command.failed', msg: 'command failed' });
});

test('should throw nothing but its documented error when a logger is made with anything', (t) => {
  const messages = HOSTILE.flatMap((value) => {
    const made = [() => loggers.projection(value as never), () => loggers.projection({ logger: value as never, destination: { write() {} } })];
    return made.map((make) => {
      try {
        make();
        return 'made';
      } catch (error) {
        return error instanceof PitotError ? error.code : String(error);
      }
    });
  });
  t.deepEqual(new Set(messages), new Set(['made', 'API_MISUSE']));
});

test('should run what it is given and throw nothing when a tracer is given anything else', (t) => {
  let runs = 0;
  fc.assert(
    fc.property(hostiles, hostiles, (making, calling) => {
      const args = valuesOf(calling);
      const tracer = new CommandTracer(...(valuesOf(making) as [never, never, never]));
      t.regex(tracer.context.traceparent, /^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/);
      const fn = (): number => ++runs;
      for (const [name, call] of methodsOf(tracer, 'step', 'begin', 'complete')) {
        if (TAKES_FN[name] === undefined) {
          const step = call(...args);
          if (name === 'startStep') for (const [, callStep] of methodsOf(step as object)) callStep(...args);
        } else {
          const before = runs;
          t.is(call(...args.slice(0, TAKES_FN[name]), ...Array(Math.max(0, TAKES_FN[name] - args.length)), fn), before + 1);
        }
      }
    }),
    OPTIONS,
  );
});

test('should give a context that is valid when trace headers are anything', (t) => {
  fc.assert(
    fc.property(hostile, hostile, (first, second) => {
      const [one, other] = valuesOf([first, second]);
      const contexts = [
        TraceContext.create(one as never),
        TraceContext.fromHeaders(one as never),
        TraceContext.fromHeaders({ traceparent: one, tracestate: other } as never),
        TraceContext.fromHeaders({ get: one } as never),
        TraceContext.parse('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', one),
      ];
      for (const context of contexts) t.regex(context?.child().traceparent ?? '', /^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/);
      t.is(TraceContext.parse(one, other), null);
      const state = TraceState.parse('a=1').set(one as never, other as never);
      t.is(state.serialize(), 'a=1');
      t.is(state.unset(one as never).get('a'), '1');
      t.is(TraceState.parse(one as never).get(other as never), undefined);
    }),
    OPTIONS,
  );
});

test('should throw nothing and count nothing of another family when the registry is given anything', (t) => {
  const of = recorded();
  const { commands, eventStore, projections, system, errors } = of.metrics;
  const families: [prefixes: RegExp, ...subjects: object[]][] = [
    [/^command/, commands, commands.type('Transfer')],
    // A projection falls behind as the head moves.
    [/^(?:event_store|projection\.position_lag)/, eventStore],
    [/^projection/, projections, projections.projection('Balances')],
    [/^(?:system|pool)/, system, system.pool('main')],
    [/^errors /, errors],
  ];
  fc.assert(
    fc.property(hostiles, (calling) => {
      const args = valuesOf(calling);
      for (const [prefixes, ...subjects] of families) {
        for (const subject of subjects) {
          for (const [name, call] of methodsOf(subject, 'headMoved', 'distribution')) {
            const before = contentOf(of);
            const fnAt = name === 'run' && subject === commands ? 1 : name === 'read' || name === 'write' ? 0 : TAKES_FN[name];
            if (fnAt === undefined) callApart(call, args);
            else
              t.is(
                call(...Array.from({ length: fnAt }, (_, i) => args[i]), () => 'result', ...args),
                'result',
              );
            t.deepEqual(
              changed(before, contentOf(of)).filter((key) => !prefixes.test(key)),
              [],
              name,
            );
            // A ring that is full would hide what comes after.
            of.ring.memory.words[HEAD] = 0;
          }
        }
      }
    }),
    OPTIONS,
  );
});

/** An unknown complexity is a documented error of `type`. */
function callApart(call: Method, args: unknown[]): void {
  try {
    call(...args);
  } catch (error) {
    if (!(error instanceof PitotError)) throw error;
  }
}

test('should leave what is under way, errors and events as they are when a token is none', (t) => {
  const of = recorded();
  const { commands, eventStore } = of.metrics;
  const transfer = commands.type('Transfer');
  const labels = { command: 'Transfer', complexity: 'simple' };
  const token = transfer.start();
  const read = eventStore.startRead();
  for (const value of HOSTILE.filter((each) => typeof each !== 'number' || Number.isNaN(each))) {
    transfer.succeed(value as never);
    transfer.fail(value as never, new Error('x'));
    eventStore.endRead(value as never, 5, 'a');
    eventStore.failRead(value as never, new Error('x'), 'a');
  }
  t.is(of.gauge(COMMANDS_CONCURRENT), 1);
  t.is(of.gauge(STORE_CONCURRENT), 1);
  t.deepEqual(of.calls(COMMANDS, labels), [0, 0]);
  t.deepEqual(of.counters(COMMAND_ERRORS, 'kind'), {});
  t.deepEqual(of.counters(STORE_OPERATIONS, 'stream'), { '(other)': 0 });
  t.is(of.counter(STORE_EVENTS_READ), 0);
  transfer.succeed(token);
  eventStore.endRead(read, 2, 'a');
  t.is(of.gauge(COMMANDS_CONCURRENT), 0);
  t.is(of.gauge(STORE_CONCURRENT), 0);
  t.deepEqual(of.calls(COMMANDS, labels), [1, 0]);
  t.is(of.counter(STORE_EVENTS_READ), 2);
});
