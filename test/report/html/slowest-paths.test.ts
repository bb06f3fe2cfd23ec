// Which paths the page's first sentences name.
import test from 'ava';
import { slowestPaths } from '../../../src/report/html/slowest-paths.js';
import { recordedPath } from '../../fixtures/html/recorded-path.js';

const repeated = (name: string, count: number, ns: number) => recordedPath(name, Array<number>(count).fill(ns));

test('should rank by total time and by p99 apart, three each', (t) => {
  const paths = [
    repeated('often', 5000, 1000),
    repeated('slow', 100, 10_000),
    repeated('middle', 1000, 2000),
    repeated('least', 100, 10),
    repeated('less', 100, 20),
  ];
  const { byTotal, byP99, fewCalls } = slowestPaths(paths);
  t.deepEqual(
    byTotal.map(({ name }) => name),
    ['often', 'middle', 'slow'],
  );
  t.deepEqual(
    byP99.map(({ name }) => name),
    ['slow', 'middle', 'often'],
  );
  t.false(fewCalls);
});

test('should leave a path of one call out of the p99 ranking when others have enough', (t) => {
  const { byTotal, byP99 } = slowestPaths([repeated('once', 1, 9e9), repeated('many', 100, 1000)]);
  t.is(byTotal[0].name, 'once');
  t.deepEqual(
    byP99.map(({ name }) => name),
    ['many'],
  );
});

test('should compare all and say so when none has enough calls', (t) => {
  const { byP99, fewCalls } = slowestPaths([repeated('a', 2, 10), repeated('b', 3, 20)]);
  t.deepEqual(
    byP99.map(({ name }) => name),
    ['b', 'a'],
  );
  t.true(fewCalls);
});

test('should name none when nothing took time', (t) => {
  t.deepEqual(slowestPaths([]), { byTotal: [], byP99: [], fewCalls: true });
});
