// The CPU profile and the stalls as text: figures, sums, and lines that fit.
import test from 'ava';
import type { RunSummary } from '../../src/report/report-types.js';
import { cpuLines, cpuPathLines, functionLines, stallLines } from '../../src/report/text-cpu.js';
import { renderText } from '../../src/report/text-report.js';
import { emptyRun } from '../fixtures/html/empty-run.js';
import { HOSTILE, hostileRun } from '../fixtures/html/hostile-run.js';
import { profiledRun, stallOf } from '../fixtures/html/profiled-run.js';

test('should print figures, functions and paths when there is a profile', (t) => {
  const run = profiledRun();
  t.deepEqual(cpuLines(run), [
    '  20.0 s busy, 33.3 % of a core over 1 window',
    '  12 000 samples, idle ones included; garbage collection 12.5 %, native 2.5 %',
  ]);
  t.deepEqual(functionLines(run, 80).slice(0, 4), [
    '  function                                     self   total',
    '  priceBasket (src/orders/price.js:12)         35 %    35 %',
    '  spawn                                        35 %    35 %',
    '  (garbage collector)                        12.5 %  12.5 %',
  ]);
  t.is(functionLines(run, 80).length, 11);
  t.deepEqual(cpuPathLines(run, 80), [
    '  path                             CPU   share  samples  exact',
    '  report.compile{kind=monthly}  6.00 s    30 %      600    600',
    '  price                         3.00 s    15 %      300    120',
    '  audit                         500 ms   2.5 %       50      0',
    '  (unattributed)                10.5 s  52.5 %    1 050',
  ]);
});

test('should sum up the paths beyond the tenth, so that the rows still add up, when there are many', (t) => {
  const run = profiledRun();
  const path = (i: number) => ({ name: `p${i}`, labels: {}, cpuMs: 100, ratio: 0.05, samples: 10, syncSamples: 4, flame: null });
  const rest = { ...path(0), name: '(unattributed)', cpuMs: 600, ratio: 0.3, samples: 60, syncSamples: 0 };
  const cpu = { ...(run.cpu as NonNullable<RunSummary['cpu']>), byPath: [...Array.from({ length: 14 }, (_, i) => path(i)), rest] };
  const lines = cpuPathLines({ ...run, cpu }, 80);
  t.is(lines.length, 13);
  t.deepEqual(lines.slice(10), [
    '  p9              100 ms    5 %       10      4',
    '  4 more          400 ms   20 %       40     16',
    '  (unattributed)  600 ms   30 %       60',
  ]);
});

test('should say why there is no profile when there is none', (t) => {
  const run = emptyRun();
  t.deepEqual(cpuLines(run), ['  none: no window with samples has been reported']);
  t.deepEqual(cpuLines({ ...run, config: { cpuIntervalUs: 0 } }), ['  none: CPU profiling is switched off (PITOT_CPU_INTERVAL_US is 0)']);
  const fault = { code: 'NO_CPU_PROFILE', count: 1, lastAt: '', message: 'this Node has no inspector' };
  t.deepEqual(cpuLines({ ...run, config: { cpuIntervalUs: 0 }, agent: { ...run.agent, faults: [fault] } }), ['  none: this Node has no inspector']);
  t.deepEqual([functionLines(run, 80), cpuPathLines(run, 80), stallLines(run, 80)], [[], [], []]);
});

test('should print thread, reason and function of each stall, what goes on first, when loops stopped', (t) => {
  t.deepEqual(stallLines(profiledRun(), 60), [
    '  2026-03-14 10:30:57  3.10 s so far, executing, main',
    '    in compileReport (src/reports/compile.js:88)',
    '    the thread burned 98 % of a core (3038 ms CPU)',
    '  2026-03-14 10:21:40  2.40 s executing, main',
    '    in compileReport (src/reports/compile.js:88)',
    '    the thread burned 98 % of a core (2352 ms CPU)',
    '  2026-03-14 10:23:12  900 ms waiting, worker-3',
    '    in exportArchive (src/archive/export.js:31)',
    '    no CPU (1 %): waiting for child process 4711 (sh >',
    '    sleep), called by spawn',
    '  2026-03-14 10:28:10  700 ms starved, main',
    '    runnable but not scheduled for 690 ms of 700 ms',
    '  2026-03-14 10:25:12  412 ms gc, main',
    '    in compileReport (src/reports/compile.js:88)',
    '    garbage collection took 91 % of the samples',
  ]);
});

test('should name the process of a stall when there are several, and count what it leaves out', (t) => {
  const run = profiledRun();
  const [process] = run.processes;
  const stalls = Array.from({ length: 12 }, (_, i) => stallOf(i, i, 1000 - i, { process: i % 2 }));
  const lines = stallLines({ ...run, processes: [process, { ...process, pid: 999 }], stalls }, 80);
  t.is(lines[0], '  2026-03-14 10:21:00  1.00 s executing, main of pid 31817');
  t.is(lines[3], '  2026-03-14 10:21:01  999 ms executing, main of pid 999');
  t.is(lines.at(-1), '  … and 2 more');
});

test('should keep these sections within 80 characters and free of control characters when names are long and hostile', (t) => {
  const hostile = hostileRun();
  const long = `/very/${'long/'.repeat(60)}file.js`;
  const run = profiledRun();
  const cpu = run.cpu as NonNullable<RunSummary['cpu']>;
  const evil = `${HOSTILE.join('')}\u001b[2J${long}`;
  const text = renderText(
    {
      ...hostile,
      cpu: {
        ...cpu,
        top: cpu.top.map((row) => ({ ...row, function: evil, file: long })),
        byPath: cpu.byPath.map((path, i) => (i === 3 ? path : { ...path, name: evil, labels: { [evil]: evil } })),
      },
      stalls: run.stalls.map((stall) => ({ ...stall, thread: evil, reason: evil, startAt: evil })),
    },
    { width: 80, colour: false },
  );
  const lines = text.split('\n');
  const shown = [
    ...lines.slice(
      lines.indexOf('CPU profile'),
      lines.findIndex((line) => line.startsWith('distributions')),
    ),
    ...lines.slice(lines.indexOf('stalls'), lines.indexOf("faults of pitot's own")),
  ];
  t.deepEqual(
    shown.filter((line) => [...line].length > 80),
    [],
  );
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  t.is(text.replaceAll('\n', '').match(/[\u0000-\u001f\u007f-\u009f]/g), null);
});
