// Node's own profilers are told by its options and environment.
import test from 'ava';
import { nodeProfiling } from '../../../src/agent/profiler/node-profiling.js';

test('should tell what Node.js measures itself when it was asked to', (t) => {
  t.is(nodeProfiling(['--cpu-prof'], undefined, undefined), '--cpu-prof');
  t.is(nodeProfiling([], '--max-old-space-size=100  --cpu-prof', undefined), '--cpu-prof');
  t.is(nodeProfiling([], undefined, 'coverage'), 'NODE_V8_COVERAGE');
});

test('should tell nothing when other options are given', (t) => {
  t.is(nodeProfiling(['--cpu-prof-dir=x', '--import', 'pitot/register'], '--enable-source-maps', ''), null);
});
