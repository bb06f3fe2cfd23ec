// Child of hot-path with the agent loaded and the default budget: what a call costs once its path is timed 1 in N.
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { flush, path } from 'pitot';
import { answer } from '../answer.js';
import { interleave, loop } from '../interleaved.js';

const quick = process.argv[2] === 'quick';
const N = 20_000;
const span = path('bench.span');
const recorded = path('bench.record');

const alternatives = [
  loop('two performance.now()', N, (n) => {
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const start = performance.now();
      sum += performance.now() - start;
    }
    return sum;
  }),
  loop('span', N * 4, (n) => {
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const token = span.start();
      sum += token;
      span.end(token);
    }
    return sum;
  }),
  loop('record', N * 4, (n) => {
    for (let i = 0; i < n; i++) recorded.record(i);
    return n;
  }),
];

await flush();
// The budget looks at rates each drain: it has to see the load before it samples.
for (let i = 0; i < 8; i++) {
  interleave(alternatives, { warmUp: 0, measured: 20 });
  await sleep(quick ? 60 : 250);
}
const costs = interleave(alternatives, { warmUp: 20, measured: quick ? 40 : 600 });
await flush();
answer(costs);
