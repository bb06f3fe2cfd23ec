// CPU pressure, from directories as the kernel shows them.
import test from 'ava';
import { readCpuPressure } from '../../../src/agent/samplers/pressure.js';
import { makeTree } from './file-tree.js';

const text = (someUs: number, fullUs: number) =>
  `some avg10=1.00 avg60=0.50 avg300=0.10 total=${someUs}\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=${fullUs}\n`;

test("should read the pressure of the process's own group when there is one", (t) => {
  const root = makeTree(t, {
    'proc/self/cgroup': '0::/a/b\n',
    'sys/fs/cgroup/a/b/cpu.pressure': text(1_234_500, 7000),
    'sys/fs/cgroup/a/cpu.pressure': text(9_000_000, 0),
    'proc/pressure/cpu': text(8_000_000, 0),
  });
  t.deepEqual(readCpuPressure({ root }), { someTotalMs: 1234.5, fullTotalMs: 7, scope: 'cgroup' });
});

test("should read the machine's pressure when the group has none", (t) => {
  t.deepEqual(readCpuPressure({ root: makeTree(t, { 'proc/self/cgroup': '0::/a\n', 'proc/pressure/cpu': text(8_000_000, 0) }) }), {
    someTotalMs: 8000,
    fullTotalMs: 0,
    scope: 'machine',
  });
  // Kernels before 5.13 do not write the second line.
  t.deepEqual(readCpuPressure({ root: makeTree(t, { 'proc/pressure/cpu': 'some avg10=0.00 avg60=0.00 avg300=0.00 total=500\n' }) }), {
    someTotalMs: 0.5,
    fullTotalMs: 0,
    scope: 'machine',
  });
});

test('should read nothing when the kernel does not tell', (t) => {
  t.is(readCpuPressure({ root: makeTree(t, { 'proc/self/status': '' }) }), null);
  t.is(readCpuPressure({ root: makeTree(t, { 'proc/pressure/cpu': '' }) }), null);
});
