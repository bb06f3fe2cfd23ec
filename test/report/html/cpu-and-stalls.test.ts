// The CPU profile and the stalls on the page, as text: figures, order, links, and how much of it there is.
import test from 'ava';
import { renderRunHtml } from '../../../src/report/html/render-run-html.js';
import { STALL_FLAMES_MAX, stallRows } from '../../../src/report/html/stall-rows.js';
import type { FlameTree, RunCpuProfile, RunSummary } from '../../../src/report/report-types.js';
import { emptyRun } from '../../fixtures/html/empty-run.js';
import { HOSTILE } from '../../fixtures/html/hostile-run.js';
import { largeRun } from '../../fixtures/html/large-run.js';
import { ledgerRunWithFindings } from '../../fixtures/html/ledger-run.js';
import { profiledRun, stallOf } from '../../fixtures/html/profiled-run.js';

const sectionOf = (page: string, id: string): string => new RegExp(`<section id="${id}">[\\s\\S]*?</section>`).exec(page)?.[0] ?? '';
const textOf = (markup: string): string =>
  markup
    .replace(/<(style|script|svg|noscript)[^>]*>[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
    .replace(/\s+/g, ' ')
    .trim();
const cpuOf = (run: RunSummary): RunCpuProfile => run.cpu as RunCpuProfile;
const flamesIn = (page: string): string[] => [...page.matchAll(/<div class="flame" id="([^"]*)" data-flame/g)].map(([, id]) => id);

test('should show the figures of the window, and which window it is, when it has a profile', (t) => {
  const text = textOf(sectionOf(renderRunHtml(profiledRun()), 'cpu'));
  t.true(
    text.startsWith(
      'CPU window of 10:30:00 UTC, 1 min 00 s Busy time 20.0 s threads were not idle, 16.7 % of their time Share of a core 33.3 % over the window',
    ),
    text.slice(0, 200),
  );
  t.regex(
    text,
    /Samples 12,000 idle ones included Sampling period 10\.0 ms 100 a second a thread Garbage collection 12\.5 % of the busy time, 2\.50 s Native code 2\.5 %/,
  );
});

test('should name the windows and processes when several were merged', (t) => {
  const run = profiledRun();
  const covers = { startAt: '2026-03-14T10:21:00.000Z', endAt: '2026-03-14T10:31:00.000Z', durationMs: 600_000, windows: 20 };
  const merged = { ...run, processes: [run.processes[0], { ...run.processes[0], pid: 2 }], cpu: { ...cpuOf(run), covers } };
  const page = renderRunHtml(merged);
  t.true(textOf(sectionOf(page, 'cpu')).startsWith('CPU 20 windows of 2 processes, 2026-03-14 10:21:00 – 10:31:00 UTC Busy time'));
  t.false(sectionOf(page, 'cpu').includes('href="flame/'), 'whose the files are is not known');
});

test('should list functions with self and total, and paths that add up, when there is a profile', (t) => {
  const text = textOf(sectionOf(renderRunHtml(profiledRun()), 'cpu'));
  t.regex(
    text,
    /Self Total Function Place 35 % 35 % priceBasket src\/orders\/price\.js:12 35 % 35 % spawn 12\.5 % 12\.5 % \(garbage collector\) 10 % 30 % compileReport src\/reports\/compile\.js:88/,
  );
  const paths = text.slice(text.indexOf('Path CPU time Share Samples Exact'));
  t.regex(paths, /report\.compile kind monthly 6\.00 s 30 % Samples 600 Exact 600/);
  t.regex(paths, /price 3\.00 s 15 % Samples 300 Exact 120/);
  t.regex(paths, /audit 500 ms 2\.5 % Samples 50 Exact 0 \(unattributed\) 10\.5 s 52\.5 % Samples 1,050 Exact –/);
  t.regex(paths, /Sum 20\.0 s 100 % Samples 2,000 Exact 720$/);
});

test('should say why there is no profile when there is none', (t) => {
  const run = emptyRun();
  const section = (more: Partial<RunSummary>): string => textOf(sectionOf(renderRunHtml({ ...run, ...more }), 'cpu'));
  t.is(section({}), 'CPU No CPU profile: no window with samples has been reported.');
  t.is(section({ config: { cpuIntervalUs: 0 } }), 'CPU No CPU profile: CPU profiling is switched off (PITOT_CPU_INTERVAL_US is 0).');
  const faults = [{ code: 'NO_CPU_PROFILE', count: 1, lastAt: '', message: 'this Node has no inspector' }];
  t.is(section({ agent: { ...run.agent, faults } }), 'CPU No CPU profile: this Node has no inspector.');
});

test('should draw each path that has a call tree, and say so when the tree is a part', (t) => {
  const run = profiledRun();
  t.deepEqual(flamesIn(sectionOf(renderRunHtml(run), 'cpu')), ['flame-window', 'flame-path-1', 'flame-path-2', 'flame-path-0']);
  const cpu = { ...cpuOf(run), byPath: cpuOf(run).byPath.map((path, i) => (i === 0 ? { ...path, cpuMs: 12_000 } : path)) };
  const text = textOf(sectionOf(renderRunHtml({ ...run, cpu }), 'cpu'));
  t.is(text.match(/The graph holds [\d.]+ s of it/g)?.join(), 'The graph holds 6.00 s of it');
});

test('should list stalls with thread, reason, function and file, what goes on first and then the longest', (t) => {
  const section = sectionOf(renderRunHtml(profiledRun()), 'stalls');
  t.deepEqual(
    [...section.matchAll(/class="item" id="([^"]*)"/g)].map(([, id]) => id),
    ['stall-5', 'stall-1', 'stall-2', 'stall-4', 'stall-3'],
  );
  const text = textOf(section);
  t.regex(
    text,
    /executing 3\.10 s 2026-03-14 10:30:57 main compileReport src\/reports\/compile\.js:88 going on the thread burned 98 % of a core \(3038 ms CPU\)/,
  );
  t.regex(
    text,
    /waiting 900 ms 2026-03-14 10:23:12 worker-3 exportArchive src\/archive\/export\.js:31 no CPU \(1 %\): waiting for child process 4711/,
  );
  t.regex(
    text,
    /starved 700 ms 2026-03-14 10:28:10 main no sample runnable but not scheduled for 690 ms of 700 ms CPU time of the thread: 10\.0 ms , 1\.43 % of the stall\. No sample of the thread fell/,
  );
  t.true(section.includes('href="flame/CPU.20260314.102140.31817.0.stall-0001.cpuprofile"'));
  t.deepEqual(flamesIn(section), ['flame-stall-5', 'flame-stall-1', 'flame-stall-2', 'flame-stall-3']);
});

test('should draw the ten longest only and link the others to their files when there are 20 stalls', (t) => {
  const stalls = Array.from({ length: 20 }, (_, i) => stallOf(i + 1, i * 20, 300 + i * 10));
  const run = { ...profiledRun(), stalls };
  t.deepEqual(
    stallRows(stalls)
      .filter(({ hasFlame }) => hasFlame)
      .map(({ stall }) => stall.durationMs),
    [490, 480, 470, 460, 450, 440, 430, 420, 410, 400],
  );
  const section = sectionOf(renderRunHtml(run), 'stalls');
  t.is(flamesIn(section).length, STALL_FLAMES_MAX);
  t.is(section.match(/href="flame\//g)?.length, 20);
  t.is(textOf(section).match(/Its flame graph is not in this page; profile of exactly this interval: flame\/CPU/g)?.length, 10);
  t.regex(textOf(section), / 10 more executing 390 ms/);
});

test('should give each stall a row of its own when ids repeat or processes are several', (t) => {
  const ids = (stalls: RunSummary['stalls']): string[] => stallRows(stalls).map(({ id }) => id);
  t.deepEqual(ids([stallOf(1, 0, 400), stallOf(2, 1, 300), stallOf(1, 2, 200)]), ['stall-1', 'stall-2', 'stall-1.2']);
  t.deepEqual(ids([stallOf(1, 0, 400, { process: 0 }), stallOf(1, 1, 300, { process: 1 })]), ['stall-1-1', 'stall-2-1']);
});

test('should link to the run directories when it is told where the page will be', (t) => {
  const run = profiledRun();
  const processes = [
    { ...run.processes[0], directory: '/runs/a b.1' },
    { ...run.processes[0], directory: '/runs/c.2' },
  ];
  const stalls = [stallOf(1, 1, 500, { process: 0 }), stallOf(1, 1, 400, { process: 1 })];
  const links = (directory: string | undefined): string[] =>
    [...sectionOf(renderRunHtml({ ...run, processes, stalls }, { directory }), 'stalls').matchAll(/href="([^"]*)flame\//g)].map(([, to]) => to);
  t.deepEqual(links('/runs'), ['a%20b.1/', 'c.2/']);
  t.deepEqual(links('/runs/c.2'), ['../a%20b.1/', '']);
  t.deepEqual(links(undefined), []);
});

test('should make no link of a file that is not named as pitot names them', (t) => {
  const files = ['javascript:alert(1)', 'flame/../../etc/passwd', 'flame/.hidden', 'https://x.test/flame/a.svg', 'flame/a"b.svg', ...HOSTILE];
  for (const file of files) {
    const run = { ...profiledRun(), stalls: [stallOf(1, 1, 500, { file })] };
    const section = sectionOf(renderRunHtml({ ...run, cpu: { ...cpuOf(run), files: [file] } }), 'stalls');
    t.false(section.includes('href='), file);
  }
});

test('should stay text when frames, paths, threads and reasons are hostile', (t) => {
  const run = profiledRun();
  const evil = HOSTILE.join(' ');
  const rename = (flame: FlameTree | null): FlameTree | null =>
    flame && { ...flame, frames: flame.frames.map((frame) => ({ ...frame, function: evil, file: evil })) };
  const cpu = cpuOf(run);
  const page = renderRunHtml({
    ...run,
    cpu: {
      ...cpu,
      top: cpu.top.map((row) => ({ ...row, function: evil, file: evil })),
      byPath: cpu.byPath.map((path) => ({ ...path, name: evil, labels: { [evil]: evil }, flame: rename(path.flame) })),
      flame: rename(cpu.flame),
    },
    stalls: run.stalls.map((stall) => ({
      ...stall,
      thread: evil,
      reason: evil,
      top: [{ function: evil, file: evil, line: 1, ratio: 1 }],
      flame: rename(stall.flame ?? null),
    })),
  });
  const scripts = (text: string): number | undefined => text.match(/<\/?script/g)?.length;
  t.is(scripts(page), scripts(renderRunHtml(run)));
  t.notRegex(page, /<img|<b>bold|<svg\/onload|<!--/);
});

test('should keep the page below 1.5 MB when a run has 20 stalls and full call trees', (t) => {
  const wide = (nodes: number): FlameTree => ({
    frames: Array.from({ length: nodes }, (_, i) => ({
      function: i === 0 ? '(root)' : `handler${i}ForTheRequest`,
      file: `node_modules/@scope/package-${i % 40}/lib/module-${i}.js`,
      line: i,
      kind: 'package',
      package: `@scope/package-${i % 40}`,
    })),
    parents: Array.from({ length: nodes }, (_, i) => (i === 0 ? -1 : (i - 1) >> 2)),
    nodes: Array.from({ length: nodes }, (_, i) => i),
    selfUs: Array.from({ length: nodes }, () => 10_417),
    totalUs: Array.from({ length: nodes }, (_, i) => (nodes - i) * 10_417),
  });
  const run = profiledRun();
  const cpu = {
    ...cpuOf(run),
    flame: wide(2000),
    byPath: Array.from({ length: 21 }, (_, i) => ({ ...cpuOf(run).byPath[0], name: `p${i}`, flame: wide(150) })),
  };
  const stalls = Array.from({ length: 20 }, (_, i) => stallOf(i + 1, i * 20, 300 + i * 10, { flame: wide(300) }));
  const length = renderRunHtml({ ...largeRun(300), cpu, stalls }).length;
  t.true(length < 1_500_000, `${length} characters`);
});

test('should hold no flame graph and no stall when a run has none', (t) => {
  const page = renderRunHtml(emptyRun());
  t.deepEqual(flamesIn(page), []);
  t.is(sectionOf(page, 'stalls'), '');
  t.deepEqual(flamesIn(sectionOf(renderRunHtml(ledgerRunWithFindings()), 'stalls')), []);
});
