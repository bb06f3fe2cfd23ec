// A command's spans: pitot's own, and OpenTelemetry's where the host has registered it. One registration a process: serial.
import { AsyncLocalStorage } from 'node:async_hooks';
import { type Context, type ContextManager, context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import test, { type ExecutionContext } from 'ava';
import { activeTrace } from '../../src/monitoring/active-span.js';
import { CommandTracer } from '../../src/monitoring/command-tracer.js';
import { TraceContext } from '../../src/monitoring/trace-context.js';

const serial = test.serial;
const CALLER = TraceContext.parse('00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', 'rojo=1')!;

class Contexts implements ContextManager {
  private readonly storage = new AsyncLocalStorage<Context>();
  active(): Context {
    return this.storage.getStore() ?? ROOT_CONTEXT;
  }
  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(of: Context, fn: F, self?: ThisParameterType<F>, ...args: A): ReturnType<F> {
    return this.storage.run(of, () => fn.call(self as never, ...args));
  }
  bind<T>(_of: Context, target: T): T {
    return target;
  }
  enable(): this {
    return this;
  }
  disable(): this {
    return this;
  }
}

function register(t: ExecutionContext, withContexts: boolean): InMemorySpanExporter {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  t.true(trace.setGlobalTracerProvider(provider));
  if (withContexts) t.true(context.setGlobalContextManager(new Contexts()));
  t.teardown(() => {
    trace.disable();
    context.disable();
  });
  return exporter;
}

/** `name(parent's name)` of each span, in the order in which they ended. */
function tree(exporter: InMemorySpanExporter): string[] {
  const spans = exporter.getFinishedSpans();
  const nameOf = new Map(spans.map((span) => [span.spanContext().spanId, span.name]));
  return spans.map(({ name, parentSpanContext: parent }) => `${name}(${parent === undefined ? '' : (nameOf.get(parent.spanId) ?? parent.spanId)})`);
}

serial("should belong to the caller's trace when no OpenTelemetry is registered", async (t) => {
  const tracer = new CommandTracer('CreateUser', ['user-1'], { parent: CALLER });
  let inRead: TraceContext | null = null;
  const events = await tracer.run(async () => {
    await null;
    t.is(activeTrace()?.traceparent, tracer.context.traceparent);
    const read = await tracer.read('user-1', async (step) => {
      step.setEvents(2);
      await null;
      inRead = activeTrace();
      t.is(inRead?.spanId, step.context.spanId);
      return 2;
    });
    t.is(activeTrace()?.spanId, tracer.context.spanId);
    return read;
  });
  t.is(events, 2);
  t.is(tracer.context.traceId, CALLER.traceId);
  t.not(tracer.context.spanId, CALLER.spanId);
  t.is(tracer.context.toHeaders().tracestate, 'rojo=1');
  t.is(inRead!.traceId, CALLER.traceId);
  t.not(inRead!.spanId, tracer.context.spanId);
  t.is(activeTrace(), null);
});

serial('should hand back the very promise when it carries methods of its own', (t) => {
  const query = Object.assign(Promise.resolve(1), { cancel: () => {} });
  t.is(
    new CommandTracer('Find').run(() => query),
    query,
  );
});

serial('should stand below the active command unless a new trace is asked for when commands nest', (t) => {
  const outer = new CommandTracer('Outer');
  outer.run(() => {
    t.is(new CommandTracer('Inner').context.traceId, outer.context.traceId);
    t.not(new CommandTracer('Inner').context.spanId, outer.context.spanId);
    t.not(new CommandTracer('Apart', [], { parent: null }).context.traceId, outer.context.traceId);
    t.is(new CommandTracer('Called', [], { parent: CALLER }).context.traceId, CALLER.traceId);
  });
});

serial('should hand results and errors on untouched when what it runs throws, rejects or returns', async (t) => {
  const error = new Error('no');
  const thrower = (): never => {
    throw error;
  };
  t.is(
    t.throws(() => new CommandTracer('A').run(thrower)),
    error,
  );
  t.is(
    t.throws(() => new CommandTracer('A').write('s', thrower)),
    error,
  );
  t.is(await t.throwsAsync(new CommandTracer('A').run(() => Promise.reject(error))), error);
  // biome-ignore lint/suspicious/noThenProperty: a query builder is one.
  const query = { then: () => t.fail('a lazy thenable was started') };
  t.is(
    new CommandTracer('A').project('p', () => query),
    query,
  );
});

serial("should be OpenTelemetry's spans when the host has registered it", async (t) => {
  const exporter = register(t, true);
  const tracer = new CommandTracer('CreateUser', ['user-1', 'user-2'], { parent: CALLER });
  await tracer.run(async () => {
    await tracer.read('user-1', async (step) => {
      step.setEvents(3);
      await null;
      t.is(activeTrace()?.spanId, trace.getActiveSpan()?.spanContext().spanId);
      trace.getTracer('driver').startSpan('SELECT').end();
    });
    await t.throwsAsync(tracer.write('user-2', () => Promise.reject(Object.assign(new Error('postgres://u:p@h/d'), { code: '40001' }))));
    await tracer.project('balances', async () => {});
    tracer.recordCompletion(true, 1);
    tracer.recordCompletion(false, 9);
  });
  t.deepEqual(tree(exporter), [
    'SELECT(event_store.read)',
    'event_store.read(CreateUser)',
    'event_store.write(CreateUser)',
    'projection(CreateUser)',
    `CreateUser(${CALLER.spanId})`,
  ]);
  const [, read, write, projection, command] = exporter.getFinishedSpans();
  t.deepEqual(command.attributes, {
    'command.name': 'CreateUser',
    'command.streams': 2,
    'command.stream_ids': ['user-1', 'user-2'],
    'command.events': 1,
  });
  t.is(command.spanContext().traceId, CALLER.traceId);
  t.is(command.spanContext().traceState?.serialize(), 'rojo=1');
  t.true(command.parentSpanContext?.isRemote);
  t.is(command.status.code, 0);
  t.is(command.instrumentationScope.name, 'pitot');
  t.deepEqual(read.attributes, { 'event_store.stream_id': 'user-1', events: 3 });
  t.deepEqual(write.attributes, { 'event_store.stream_id': 'user-2', 'error.type': '40001' });
  t.deepEqual(write.status, { code: 2, message: '40001' });
  t.deepEqual(projection.attributes, { 'projection.name': 'balances' });
  t.is(tracer.context.spanId, command.spanContext().spanId);
});

serial("should end as failed below the host's own span when a command throws", (t) => {
  const exporter = register(t, true);
  const server = trace.getTracer('http').startSpan('POST /users');
  context.with(trace.setSpan(ROOT_CONTEXT, server), () => {
    t.throws(() =>
      new CommandTracer('CreateUser').run(() => {
        throw new TypeError('no');
      }),
    );
    // A header that was not valid is no parent.
    new CommandTracer('Next', [], { parent: TraceContext.fromHeaders({}) }).recordCompletion(true, 0);
    new CommandTracer('Root', [], { parent: null }).recordCompletion(true, 0);
  });
  server.end();
  t.deepEqual(tree(exporter), ['CreateUser(POST /users)', 'Next(POST /users)', 'Root()', 'POST /users()']);
  t.deepEqual(exporter.getFinishedSpans()[0].status, { code: 2, message: 'TypeError' });
});

serial('should keep spans in their tree when the host has a tracer but no context manager', async (t) => {
  const exporter = register(t, false);
  const outer = new CommandTracer('Outer');
  await outer.run(async () => {
    await null;
    t.is(activeTrace()?.spanId, outer.context.spanId);
    await outer.read('s', async () => new CommandTracer('Inner').recordCompletion(true, 0));
  });
  t.deepEqual(tree(exporter), ['Inner(event_store.read)', 'event_store.read(Outer)', 'Outer()']);
});

serial("should go on without spans when the host's tracer throws", (t) => {
  const broken = (): never => {
    throw new Error('broken');
  };
  t.true(trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan: broken, startActiveSpan: broken }) }));
  t.teardown(() => trace.disable());
  const tracer = new CommandTracer('A', [], { parent: CALLER });
  t.is(
    tracer.run(() => tracer.read('s', () => 7)),
    7,
  );
  t.is(tracer.context.traceId, CALLER.traceId);
});
