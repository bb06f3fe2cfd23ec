// Child of hot-path that imports pitot where no agent was loaded: each call is a no-op.
import { counter, gauge, path } from 'pitot';
import { answer } from '../answer.js';
import { interleave, loop } from '../interleaved.js';

const quick = process.argv[2] === 'quick';
const N = 200_000;
const span = path('bench.span');
const recorded = path('bench.record');
const counted = counter('bench.counter');
const measured = gauge('bench.gauge');

const alternatives = [
  loop('start + end', N, (n) => {
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const token = span.start();
      sum += token;
      span.end(token);
    }
    return sum;
  }),
  loop('record', N, (n) => {
    for (let i = 0; i < n; i++) recorded.record(i);
    return n;
  }),
  loop('counter.add', N, (n) => {
    for (let i = 0; i < n; i++) counted.add(1);
    return n;
  }),
  loop('gauge.set', N, (n) => {
    for (let i = 0; i < n; i++) measured.set(i);
    return n;
  }),
];

answer(interleave(alternatives, { warmUp: 20, measured: quick ? 30 : 400 }));
