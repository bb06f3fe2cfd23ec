// W3C Trace Context in and out: examples and rules of the recommendation.
import test from 'ava';
import { TraceContext } from '../../src/monitoring/trace-context.js';
import { TraceState } from '../../src/monitoring/trace-state.js';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN_ID = '00f067aa0ba902b7';
const VALID = `00-${TRACE_ID}-${SPAN_ID}-01`;

test('should give back both headers when they are valid', (t) => {
  const context = TraceContext.fromHeaders({ traceparent: VALID, tracestate: 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE' });
  t.is(context.traceId, TRACE_ID);
  t.is(context.spanId, SPAN_ID);
  t.true(context.sampled);
  t.is(context.origin, 'headers');
  t.deepEqual(context.toHeaders(), { traceparent: VALID, tracestate: 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE' });
});

test('should read headers in any case and in each shape when a server hands them over', (t) => {
  const plain = TraceContext.fromHeaders({ TraceParent: VALID, TraceState: ['a=1', 'b=2'] });
  t.deepEqual(plain.toHeaders(), { traceparent: VALID, tracestate: 'a=1,b=2' });
  t.deepEqual(TraceContext.fromHeaders(new Headers(plain.toHeaders())).toHeaders(), plain.toHeaders());
  t.is(TraceContext.fromHeaders({ traceparent: [VALID] }).traceId, TRACE_ID);
  t.is(TraceContext.fromHeaders({ traceparent: ` \t${VALID} ` }).traceId, TRACE_ID);
});

test('should begin a new trace when traceparent is not valid', (t) => {
  const invalid: unknown[] = [
    undefined,
    '',
    VALID.toUpperCase(),
    VALID.slice(0, -1),
    `${VALID}-00`,
    `${VALID}.`,
    VALID.replace('00-', 'ff-'),
    VALID.replace('00-', '0-'),
    VALID.replace(TRACE_ID, '0'.repeat(32)),
    VALID.replace(SPAN_ID, '0'.repeat(16)),
    VALID.replace(/-01$/, '-0g'),
    VALID.replaceAll('-', '_'),
  ];
  for (const traceparent of invalid) {
    t.is(TraceContext.parse(traceparent), null, String(traceparent));
    const made = TraceContext.fromHeaders({ traceparent: traceparent as string, tracestate: 'a=1' });
    t.is(made.origin, 'new');
    t.not(made.traceId, TRACE_ID);
    t.regex(made.traceparent, /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    t.deepEqual(Object.keys(made.toHeaders()), ['traceparent']);
  }
  t.is(TraceContext.fromHeaders({ traceparent: [VALID, VALID] }).origin, 'new');
  t.is(TraceContext.fromHeaders(null as never).origin, 'new');
});

test('should read the part it knows and answer in version 00 when the version is a later one', (t) => {
  const later = TraceContext.parse(`cc-${TRACE_ID}-${SPAN_ID}-01-what-the-future-brings`);
  t.is(later?.traceparent, VALID);
  t.is(TraceContext.parse(`cc-${TRACE_ID}-${SPAN_ID}-01.what`), null);
});

test('should clear the flags that version 00 does not know when the context goes out', (t) => {
  t.is(TraceContext.parse(VALID.replace(/01$/, 'ff'))?.traceparent, VALID);
  t.is(TraceContext.parse(VALID.replace(/01$/, 'fe'))?.traceparent, VALID.replace(/01$/, '00'));
});

test('should keep the trace and its state when a child is made', (t) => {
  const child = TraceContext.parse(VALID.replace(/01$/, '00'), 'a=1')!.child();
  t.is(child.traceId, TRACE_ID);
  t.not(child.spanId, SPAN_ID);
  t.false(child.sampled);
  t.is(child.toHeaders().tracestate, 'a=1');
});

test('should never give the same id twice when many are drawn', (t) => {
  const ids = new Set(Array.from({ length: 5000 }, () => TraceContext.create().traceId));
  t.is(ids.size, 5000);
  t.true([...ids].every((id) => /^[0-9a-f]{32}$/.test(id)));
});

test('should discard the whole tracestate when one member is wrong', (t) => {
  const rows: [string, string][] = [
    ['a=1, \tb=2 ,,', 'a=1,b=2'],
    ['tenant@sys=x', 'tenant@sys=x'],
    ['0tenant@sys=x', '0tenant@sys=x'],
    ['a= b', 'a= b'],
    ['0a=1', ''],
    ['A=1', ''],
    ['a=1,a=2', ''],
    ['a=', ''],
    ['a', ''],
    ['a=1=2', ''],
    [`${'k'.repeat(256)}=1`, `${'k'.repeat(256)}=1`],
    [`${'k'.repeat(257)}=1`, ''],
    [`a=${'v'.repeat(257)}`, ''],
    [Array.from({ length: 33 }, (_, i) => `k${i}=1`).join(), ''],
  ];
  for (const [header, expected] of rows) t.is(TraceState.parse(header).serialize(), expected, header);
  t.is(
    TraceState.parse(Array.from({ length: 32 }, (_, i) => `k${i}=1`).join())
      .serialize()
      .split(',').length,
    32,
  );
});

test('should drop long members first and then the last ones when a tracestate is over 512 characters', (t) => {
  const long = `long=${'v'.repeat(200)}`;
  const short = (i: number): string => `k${i}=${'v'.repeat(90)}`;
  const state = TraceState.parse([short(1), long, short(2), short(3), short(4)].join());
  t.is(state.serialize(), [short(1), short(2), short(3), short(4)].join());
  const shorts = [1, 2, 3, 4, 5, 6, 7].map(short);
  t.is(TraceState.parse(shorts.join()).serialize(), shorts.slice(0, 5).join());
});

test('should put a changed member first when it is set', (t) => {
  const state = TraceState.parse('a=1,b=2');
  t.is(state.set('b', '3').serialize(), 'b=3,a=1');
  t.is(state.set('B', '3').serialize(), 'a=1,b=2');
  t.is(state.unset('a').serialize(), 'b=2');
  t.is(state.get('b'), '2');
});
