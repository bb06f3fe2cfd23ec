// Child of registry with the agent loaded and nothing sampled: calls of the registry and of the recorder in one process, in turn.
import { counter, flush, gauge, path } from 'pitot';
import { MetricsRegistry } from 'pitot/monitoring';
import { answer } from '../answer.js';
import { type Alternative, interleave, loop } from '../interleaved.js';

const quick = process.argv[2] === 'quick';
const N = 10_000;

const span = path('bench.span');
const first = counter('bench.first');
const second = counter('bench.second');
const underWay = gauge('bench.gauge');
const { commands, eventStore, projections, errors } = new MetricsRegistry();
const transfer = commands.type('Transfer');
const balances = projections.projection('balances');
const work = (): number => 1;
const streams = Array.from({ length: 8 }, (_, i) => `account-${i + 2}`);
const byStream = new Map(streams.map((stream) => [stream, counter('bench.by_stream', { stream })]));

const alternatives: Alternative[] = [
  loop('span', N, (n) => {
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const token = span.start();
      sum += token;
      span.end(token);
    }
    return sum;
  }),
  loop('command span', N, (n) => {
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const token = transfer.start();
      sum += token;
      transfer.succeed(token);
    }
    return sum;
  }),
  loop('span + two counters + gauge up and down', N, (n) => {
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const token = span.start();
      underWay.set(i + 1);
      sum += token;
      span.end(token);
      underWay.set(i);
      first.add(3);
      second.add(1);
    }
    return sum;
  }),
  loop('store read', N, (n) => {
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const token = eventStore.startRead();
      sum += token;
      eventStore.endRead(token, 3, 'account-1');
    }
    return sum;
  }),
  loop('span + counter + counter by stream + gauge up and down', N, (n) => {
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const token = span.start();
      underWay.set(i + 1);
      sum += token;
      span.end(token);
      underWay.set(i);
      first.add(3);
      byStream.get(streams[i & 7])!.add(1);
    }
    return sum;
  }),
  loop('store read, eight streams', N, (n) => {
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const token = eventStore.startRead();
      sum += token;
      eventStore.endRead(token, 3, streams[i & 7]);
    }
    return sum;
  }),
  loop('time', N, (n) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += span.time(work);
    return sum;
  }),
  loop('command run', N, (n) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += commands.run('Transfer', work);
    return sum;
  }),
  loop('counter', N * 4, (n) => {
    for (let i = 0; i < n; i++) first.add(1);
    return n;
  }),
  loop('processed', N * 4, (n) => {
    for (let i = 0; i < n; i++) balances.processed(1);
    return n;
  }),
  loop('error', N * 4, (n) => {
    for (let i = 0; i < n; i++) errors.record('refused');
    return n;
  }),
];

// The agent's pool is loaded before anything counts; a window is closed by it.
await flush();
const rounds = { warmUp: 40, measured: quick ? 25 : 80 };
answer(interleave(alternatives, rounds));
