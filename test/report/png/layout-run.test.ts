// What the picture says of a known run, and where: rows by total time, figures, axes, timelines.
import test from 'ava';
import { DARK, LIGHT } from '../../../src/flame/draw/canvas/palette.js';
import { tokensStyle } from '../../../src/flame/draw/page/tokens.js';
import { niceTop, timeTicks } from '../../../src/report/png/axes.js';
import { decadeAxis, layDecades } from '../../../src/report/png/distribution-layout.js';
import { layoutRun } from '../../../src/report/png/layout-run.js';
import type { PathShape, Shape, TextShape } from '../../../src/report/png/scene.js';
import type { RunSummary, TimelinePoint } from '../../../src/report/report-types.js';
import { emptyRun } from '../../fixtures/html/empty-run.js';
import { ledgerRun, ledgerRunWithFindings } from '../../fixtures/html/ledger-run.js';
import { recordedPath } from '../../fixtures/html/recorded-path.js';
import { monoMeasure, widthOfName } from './bitmap.js';

const shapesOf = (run: RunSummary, width = 1200): Shape[] => layoutRun(run, width, monoMeasure).shapes;
const isText = (shape: Shape): shape is TextShape => shape.kind === 'text';
const isPath = (shape: Shape): shape is PathShape => shape.kind === 'line' || shape.kind === 'fill';
const textsOf = (run: RunSummary): string[] =>
  shapesOf(run)
    .filter(isText)
    .map(({ text }) => text);
/** Texts of one line, from left to right. */
const lineOf = (run: RunSummary, text: string): string[] => {
  const texts = shapesOf(run).filter(isText);
  const { baselineY } = texts.find((shape) => shape.text === text)!;
  return texts
    .filter((shape) => shape.baselineY === baselineY)
    .sort((a, b) => a.x - b.x)
    .map((shape) => shape.text);
};

test('should set the figures of a path on its line when they are known', (t) => {
  const fast = recordedPath('fast', [1000, 1000, 1000, 1000]);
  const slow = recordedPath('slow', [2_000_000, 2_000_000, 8_000_000], { errors: 1 });
  const run = { ...emptyRun(), paths: [fast, slow] };
  // 2 000 000 and 2 000 383 share a bucket of the histogram, as do 8 000 000 and 8 003 583.
  t.deepEqual(lineOf(run, 'slow'), ['slow', '12.0', 'ms', '3', '2.00', 'ms', '8.00', 'ms', '8.00', 'ms']);
  t.deepEqual(lineOf(run, 'fast'), ['fast', '4.00', 'µs', '4', '1.00', 'µs', '1.00', 'µs', '1.00', 'µs']);
  t.deepEqual(lineOf(run, '1 failed'), ['100.0 %', '1 failed']);
  t.true(textsOf(run).indexOf('slow') < textsOf(run).indexOf('fast'));
});

test('should show the ten with the most total time and say of how many when there are more', (t) => {
  const paths = Array.from({ length: 12 }, (_, i) => recordedPath(`job${String(i).padStart(2, '0')}`, [1000 * (i + 1)]));
  const run = { ...emptyRun(), paths };
  t.deepEqual(
    textsOf(run).filter((text) => /^job\d\d$/.test(text)),
    ['11', '10', '09', '08', '07', '06', '05', '04', '03', '02'].map((number) => `job${number}`),
  );
  t.true(textsOf(run).includes('10 of 12, by total time · thin line p50, bold line p99'));
});

test('should cut a long name before the picture when it does not fit', (t) => {
  const run = { ...emptyRun(), paths: [recordedPath('n'.repeat(200), [1000], { labels: { route: '/x'.repeat(90), status: '2xx' } })] };
  const shapes = shapesOf(run);
  const name = shapes.filter(isText).find(({ text }) => text.startsWith('nnn'))!;
  const picture = shapes.filter(isPath).find(({ ink }) => ink === 'accentFill')!;
  const left = Math.min(...picture.points.map(([x]) => x));
  t.true(name.text.endsWith('n…'));
  t.true(name.x + widthOfName(name.text) < left);
  t.true(name.x + widthOfName(`${name.text}nn`) > left - 160 - 24 - 20, 'no more is cut than must be');
  t.false(textsOf(run).includes('2xx'));
});

test('should lose the picture of a path alone when its histogram cannot be read', (t) => {
  const good = recordedPath('good', [1000]);
  const run = { ...emptyRun(), paths: [good, { ...recordedPath('bad', [2000]), hdr: 'no histogram' }, { ...good, name: 'none', hdr: '' }] };
  t.deepEqual(
    textsOf(run).filter((text) => ['good', 'bad', 'none'].includes(text)),
    ['bad', 'good', 'none'],
  );
  t.is(shapesOf(run).filter((shape) => isPath(shape) && shape.ink === 'accentFill').length, 1);
});

test('should name the run, its processes and what to know first when it starts', (t) => {
  const run = ledgerRunWithFindings();
  const [title, mark, when, processes, warnings] = textsOf(run);
  t.deepEqual([title, mark], ['ledger', 'pitot']);
  t.is(when, '2026-03-14 10:21:00 – 10:31:00 UTC · 10 min 00 s · 1 process · 10 windows');
  t.is(processes, 'pid 31817 on ledger-7d9f5c-x2vqp, Node v22.23.3');
  t.is(warnings, '1 alert fires · 1 stall · 412 calls dropped (0.02 %) · 2 durations rejected · pitot met 1 kind of fault');
  const [one] = run.processes;
  const several = { ...run, endAt: '2026-03-15T00:00:00.000Z', processes: [1, 2, 3, 4].map((pid) => ({ ...one, pid, host: 'h' })) };
  t.true(textsOf(several)[2].startsWith('2026-03-14 10:21:00 – 2026-03-15 00:00:00 UTC · '));
  t.is(textsOf(several)[3], 'pid 1 on h, Node v22.23.3 · pid 2 on h, Node v22.23.3 · and 2 more');
});

test('should list what fires, what breaches and what stalled, the worst first and five of each, when there are findings', (t) => {
  const run = ledgerRunWithFindings();
  const [alert] = run.alerts;
  const [stall] = run.stalls;
  const [, , throughput, pool] = run.kpis;
  const many: RunSummary = {
    ...run,
    alerts: [
      { ...alert, rule: 'low', severity: 'info', labels: {} },
      { ...alert, rule: 'over', state: 'resolved' },
      ...[1, 2, 3, 4, 5].map((n) => ({ ...alert, rule: `high ${n}`, since: `2026-03-14T10:25:0${n}.000Z` })),
    ],
    kpis: [pool, throughput],
    stalls: [
      { ...stall, id: 2, durationMs: 500, verdict: 'waiting', top: [] },
      { ...stall, id: 3, durationMs: 300, ongoing: true },
      ...[4, 5, 6, 7].map((id) => ({ ...stall, id, durationMs: 400 + id, top: [{ ...stall.top[0], function: `f${id}`, line: 0 }] })),
    ],
  };
  const texts = textsOf(many);
  const from = (title: string, count: number): string[] => texts.slice(texts.indexOf(title) + 1).slice(0, count);
  t.is(from('Alerts that fire', 1)[0], '5 of 6, times UTC');
  t.deepEqual(
    texts.filter((text) => /^(high \d|low|over)$/.test(text)),
    ['high 5', 'high 4', 'high 3', 'high 2', 'high 1'],
  );
  t.deepEqual(lineOf(many, 'high 5'), [
    'critical',
    '10:25:05',
    'high 5',
    '  command Transfer',
    '   p99 of ledger.command Transfer above 250 ms for 60 s',
  ]);
  t.is(from('KPIs that breach', 1)[0], '2, in the newest window');
  // 41.2 is below 100 by 2.4 times, 100 above 95 by 1.05.
  const [first, second] = ['   write throughput', '   pool utilisation'];
  t.true(texts.indexOf(first) < texts.indexOf(second));
  t.deepEqual(lineOf(many, second), [
    'breach',
    '100',
    '%',
    '> 95',
    second,
    '  pool main',
    '   20 of 20 connections in use, 7 waiting at the end of the window',
  ]);
  t.is(from('Stalls', 1)[0], '5 of 6, the longest first, starts UTC');
  t.deepEqual(lineOf(many, 'going on   '), [
    'executing',
    '300',
    'ms',
    'going on   ',
    '10:25:12  main   ',
    'renderStatement',
    '  src/statements/render.js:88',
  ]);
  t.deepEqual(lineOf(many, 'no sample'), ['waiting', '500', 'ms', '10:25:12  main   ', 'no sample']);
  t.deepEqual(
    texts.filter((text) => /^(f\d|no sample|renderStatement)$/.test(text)),
    ['renderStatement', 'no sample', 'f7', 'f6', 'f5'],
  );
});

test('should list what leaks or may, with its rate, its limit and the culprit', (t) => {
  const run = ledgerRunWithFindings();
  const [heap] = run.leaks;
  const leaking = {
    ...heap,
    verdict: 'leak' as const,
    kind: 'handles' as const,
    name: 'descriptors',
    growthBytesPerHour: 120,
    process: 0,
    culprit: null,
    message: 'so',
  };
  const many = { ...run, leaks: [...run.leaks, leaking] };
  const texts = textsOf(many);
  t.deepEqual(texts.slice(texts.indexOf('Leaks') + 1, texts.indexOf('Leaks') + 2), ['2, 1 leak, 1 suspected']);
  t.deepEqual(lineOf(many, 'Handles: descriptors'), [
    'leak',
    '120/h',
    'Handles: descriptors',
    '  pid 31817',
    '  memory limit in 1 h 30 min',
    '   so',
  ]);
  t.deepEqual(lineOf(many, 'Heap').slice(0, 5), ['suspected', '90.0', 'MiB/h', 'Heap', '  memory limit in 1 h 30 min']);
});

test('should leave the findings out, and no hole, when nothing is wrong', (t) => {
  const heightOf = (run: RunSummary): number => layoutRun(run, 1200, monoMeasure).heightPx;
  const { alerts, kpis, stalls, leaks, ...run } = ledgerRunWithFindings();
  const calm = leaks.filter(({ verdict }) => verdict === 'none');
  const resolved = { ...run, alerts: alerts.slice(1), kpis: kpis.filter(({ status }) => status !== 'breach'), stalls: [], leaks: calm };
  t.deepEqual(
    textsOf(resolved).filter((text) => /^(Alerts that fire|Leaks|KPIs that breach|Stalls)$/.test(text)),
    [],
  );
  t.is(heightOf(resolved), heightOf({ ...run, alerts: [], kpis: [], stalls: [], leaks: [] }));
  // A title and one line, and the gap to the paths.
  t.is(heightOf({ ...resolved, stalls }) - heightOf(resolved), 28 + 28 + 30);
});

test('should hold every decade within the axis and name at most a few when distributions differ', (t) => {
  const shape = (fromNs: number, toNs: number) => ({
    firstBin: Math.floor(Math.log2(fromNs) * 8),
    counts: new Array<number>(Math.ceil(Math.log2(toNs / fromNs) * 8)).fill(1),
  });
  const box = { x: 0, widthPx: 160, top: 0, bottom: 30 };
  const names = (...shapes: ReturnType<typeof shape>[]): string[] =>
    layDecades(decadeAxis(shapes)!, box, 0).map((label) => (isText(label) ? label.text : ''));
  t.is(decadeAxis([null]), null);
  t.deepEqual(names(shape(2e6, 3e6)), ['1 ms']);
  t.deepEqual(names(shape(2e5, 3e6), shape(5e6, 5e7)), ['1 ms', '10 ms']);
  t.deepEqual(names(shape(2, 3e11)), ['10 µs', '100 ms']);
});

const point = (second: number, rssBytes: number): TimelinePoint => ({
  ...ledgerRun().timeline[0],
  atMs: Date.parse('2026-03-14T10:21:00.000Z') + second * 1000,
  rssBytes,
  loopDelayNsMax: 5e6,
});

test('should leave a hole in the lines when samples are missing', (t) => {
  const linesOf = (seconds: number[]): number =>
    shapesOf({ ...emptyRun(), timeline: seconds.map((second) => point(second, 1e8)) }).filter(
      (shape) => shape.kind === 'line' && shape.ink === 'accent' && shape.widthPx === 1.75,
    ).length;
  // Event-loop delay, CPU and heap are areas with a line above.
  t.is(linesOf([1, 2, 3, 4]), 3);
  t.is(linesOf([1, 2, 8, 9]), 6);
  t.is(linesOf([1]), 3);
});

test('should draw the memory limit when it is within reach, and write it in any case', (t) => {
  const withLimit = (limitBytes: number) => {
    const run = emptyRun();
    const memory = { ...run.runtime.memory, limitBytes };
    const shapes = shapesOf({ ...run, runtime: { ...run.runtime, memory }, timeline: [point(1, 1e8), point(2, 1e8)] });
    const texts = shapes.filter(isText).map(({ text }) => text);
    return [shapes.filter((shape) => isPath(shape) && shape.ink === 'bad').length, texts.includes('limit')];
  };
  t.deepEqual(withLimit(1.5e8), [2, true]);
  t.deepEqual(withLimit(1e11), [0, true]);
  t.deepEqual(withLimit(0), [0, false]);
});

test('should mark round values and moments when axes are laid', (t) => {
  t.deepEqual(
    [0, 0.976, 1.2, 3e6, 9e6].map((value) => niceTop(value, false)),
    [1, 1, 2, 4e6, 10e6],
  );
  t.is(niceTop(900 * 1024 ** 2, true), 1000 * 1024 ** 2);
  const fromMs = Date.parse('2026-03-14T10:21:03.000Z');
  const texts = (spanS: number): string[] => timeTicks(fromMs, fromMs + spanS * 1000, 5).map(({ text }) => text);
  t.deepEqual(texts(20), ['10:21:05', '10:21:10', '10:21:15', '10:21:20']);
  t.deepEqual(texts(600), ['10:22', '10:24', '10:26', '10:28', '10:30']);
  t.deepEqual(texts(86_400 * 4), ['03-15', '03-16', '03-17', '03-18']);
});

test('should have the colours of the page when its style changes', (t) => {
  for (const name of Object.keys(LIGHT) as (keyof typeof LIGHT)[]) {
    const variable = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    const [, light, dark] = new RegExp(`--${variable}: light-dark\\((#\\w+), (#\\w+)\\)`).exec(tokensStyle) ?? [];
    t.deepEqual([LIGHT[name], DARK[name]], [light, dark], name);
  }
});
