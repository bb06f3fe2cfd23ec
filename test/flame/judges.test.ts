// What we write, opened by the tools it is written for: `go tool pprof` and the speedscope app show our self and total times.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import test from 'ava';
import { type Browser, chromium } from 'playwright-core';
import { buildCallTree } from '../../src/flame/call-tree.js';
import { fromCpuProfile, toCpuProfile } from '../../src/flame/formats/cpu-profile.js';
import { toFolded } from '../../src/flame/formats/folded.js';
import { encodePprof } from '../../src/flame/formats/pprof.js';
import { toSpeedscope } from '../../src/flame/formats/speedscope.js';
import { nameProfile } from '../../src/flame/names/name-profile.js';
import type { Frame, NamedProfile } from '../../src/flame/profile.js';
import { NODE, ROOT } from '../support/app.js';
import { named } from './drawn-profile.js';

const CHROMIUM = process.env.PITOT_TEST_CHROMIUM ?? '/usr/bin/chromium';

const directory = mkdtempSync(join(tmpdir(), 'pitot-judges-'));
test.after.always(() => rmSync(directory, { recursive: true, force: true }));

interface Times {
  selfUs: number;
  totalUs: number;
}

/** Computed anew from the samples, not by the code under test: each sample's time goes to its leaf, and once to each function on its stack. */
function timesOf(profile: NamedProfile, label: (frame: Frame) => string): Map<string, Times> {
  const times = new Map<string, Times>();
  const at = (name: string): Times => times.get(name) ?? (times.set(name, { selfUs: 0, totalUs: 0 }).get(name) as Times);
  profile.samples.forEach((leaf, i) => {
    const us = (profile.timesUs[i + 1] ?? profile.timesUs[i]) - profile.timesUs[i];
    const names = new Set<string>();
    for (let node = leaf; node > 0; node = profile.nodeParents[node]) names.add(label(profile.frames[profile.nodeFrames[node]]));
    for (const name of names) at(name).totalUs += us;
    if (leaf > 0) at(label(profile.frames[profile.nodeFrames[leaf]])).selfUs += us;
  });
  for (const [name, { totalUs }] of times) if (totalUs === 0) times.delete(name);
  return times;
}

/** Collector, idle time, recursion, an internal, and one name in two places. */
const drawn = named(
  [
    [0, '(gc)'],
    [700, 'a b'],
    [1000, 'a b c'],
    [5000, 'a c a'],
    [5500, 'b'],
    [9000, 'a'],
    [9120, 'd node:fs'],
    [12_000, '(idle)'],
    [13_500, 'e c'],
    [2_000_000, 'd'],
  ],
  'main',
  100_000,
);
const frameE = drawn.frames.findIndex((frame) => frame.function === 'e');
drawn.frames[frameE] = { ...drawn.frames[frameE], function: 'a', file: 'x/a.js', line: 30, kind: 'package', package: 'x' };

/** A real profile of Node.js, with everything that occurs there. */
function recorded(): NamedProfile {
  execFileSync(NODE, [
    '--cpu-prof',
    '--cpu-prof-dir',
    directory,
    '--cpu-prof-name',
    'work.cpuprofile',
    join(ROOT, 'build/test/fixtures/flame/work.js'),
  ]);
  const raw = fromCpuProfile(JSON.parse(readFileSync(join(directory, 'work.cpuprofile'), 'utf8')), { thread: 'main', intervalUs: 1000 });
  return nameProfile(raw, { cwd: ROOT, sourceMaps: null });
}

for (const [what, profile] of [
  ['drawn', () => drawn],
  ['recorded by Node.js', recorded],
] as const) {
  test(`should show our times in go tool pprof when a profile is ${what}`, (t) => {
    if (spawnSync('go', ['version']).error) {
      t.log('skipped: go is not installed');
      return t.pass('skipped');
    }
    const file = join(directory, `${what}.pb.gz`);
    const written = profile();
    writeFileSync(file, encodePprof(written));
    const all = ['-nodecount=100000', '-nodefraction=0', '-edgefraction=0', '-unit=us'];
    const text = execFileSync('go', ['tool', 'pprof', '-top', '-lines', '-symbolize=none', ...all, file], {
      encoding: 'utf8',
      timeout: 60_000,
      env: { ...process.env, HOME: directory, PPROF_TMPDIR: directory },
    });
    const rows = text.split('\n').slice(text.split('\n').findIndex((line) => line.includes('flat%')) + 1);
    const shown = new Map<string, Times>();
    for (const row of rows) {
      const match = /^\s*([\d.]+)(?:us)?\s+\S+%\s+\S+%\s+([\d.]+)(?:us)?\s+\S+%\s+(.*)$/.exec(row);
      if (match) shown.set(match[3], { selfUs: Number(match[1]), totalUs: Number(match[2]) });
    }
    const label = ({ function: name, file, kind, line }: Frame): string =>
      file === '' ? name : `${name} ${kind === 'package' ? 'node_modules/' : ''}${file}${line > 0 ? `:${line}` : ''}`;
    const expected = timesOf(written, label);
    t.true(expected.size >= 6);
    t.deepEqual(sorted(shown), sorted(expected));
  });
}

const sorted = <T>(map: Map<string, T>): [string, T][] => [...map].sort(([a], [b]) => (a < b ? -1 : 1));

const files: Record<string, string | Uint8Array> = {
  'drawn.cpuprofile': JSON.stringify(toCpuProfile(drawn)),
  'drawn.speedscope.json': JSON.stringify(toSpeedscope([drawn])),
  'drawn.folded': toFolded(buildCallTree(drawn)),
  'drawn.pb.gz': encodePprof(drawn),
};

const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

let server: Server | undefined;
let browser: Browser | undefined;
test.before(async () => {
  if (!existsSync(CHROMIUM)) return;
  const release = join(dirname(createRequire(import.meta.url).resolve('speedscope/package.json')), 'dist/release');
  server = createServer((request, response) => {
    const name = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname.slice(1));
    const path = join(release, name);
    if (files[name] === undefined && !existsSync(path)) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': TYPES[extname(name)] ?? 'application/octet-stream' }).end(files[name] ?? readFileSync(path));
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
});
test.after.always(async () => {
  await browser?.close();
  server?.close();
});

/** As speedscope prints times: two digits after the point, in the largest unit that fits. */
function printed(us: number): string {
  if (us >= 1e6) return `${(us / 1e6).toFixed(2)}s`;
  if (us >= 1e3) return `${(us / 1e3).toFixed(2)}ms`;
  return us >= 1 ? `${us.toFixed(2)}µs` : `${(us * 1e3).toFixed(2)}ns`;
}

for (const name of Object.keys(files)) {
  test(`should show our times in the speedscope app when it opens ${name}`, async (t) => {
    if (browser === undefined || server === undefined) {
      t.log(`skipped: there is no ${CHROMIUM}`);
      return t.pass('skipped');
    }
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const page = await browser.newPage({ viewport: { width: 1400, height: 1200 } });
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.message));
    await page.goto(`${origin}index.html#profileURL=${encodeURIComponent(origin + name)}&title=${name}`);
    await page.getByText('Sandwich').click();
    await page.locator('td').first().waitFor();
    const rows = await page
      .locator('tr')
      .evaluateAll((all) => all.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent ?? '')));
    await page.close();
    const isFolded = name.endsWith('.folded');
    const place = ({ file, line, kind }: Frame): string => (file === '' ? '' : ` (${kind === 'package' ? 'node_modules/' : ''}${file}:${line})`);
    const times = timesOf(drawn, (frame) => `${frame.function}${place(frame)}`);
    // Of V8's files speedscope leaves idle time out.
    if (name.endsWith('.cpuprofile')) times.delete('(idle)');
    const print = isFolded ? (us: number): string => us.toLocaleString('en-US') : printed;
    const expected = [...times].map(
      ([label, { selfUs, totalUs }]) => `${isFolded ? label : label.replace(/ \(.*:.*/, '')} ${print(totalUs)} ${print(selfUs)}`,
    );
    const value = (cell: string): string => cell.replace(/ \(.*$/, '');
    const shown = rows.filter((row) => row.length === 3).map(([total, self, label]) => `${label} ${value(total)} ${value(self)}`);
    t.deepEqual(shown.sort(), expected.sort());
    t.is(expected.length, name.endsWith('.cpuprofile') ? 7 : 8);
    t.deepEqual(faults, []);
  });
}
