// `npm run bench`: all benches in turn, or those named.
import { aggregate } from './aggregate.js';
import { churn } from './churn.js';
import { diffNoise } from './diff-noise.js';
import { heapParser } from './heap-parser.js';
import { hotPath } from './hot-path.js';
import { http } from './http.js';
import { leaks } from './leaks.js';
import { profilerHttp } from './profiler-http.js';
import { registry } from './registry.js';
import { rest } from './rest.js';
import { rotation } from './rotation.js';
import { rules } from './rules.js';
import { runBenches } from './run-benches.js';
import { stall } from './stall.js';
import { startup } from './startup.js';
import { throughput } from './throughput.js';
import { window } from './window.js';

await runBenches(
  [hotPath, registry, aggregate, throughput, startup, window, rest, http, rotation, rules, stall, profilerHttp, churn, diffNoise, heapParser, leaks],
  process.argv.slice(2),
);
