// Disks that are full, gone or forbidden: the application runs on, and what was recorded is written as soon as it can be.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { App, totals } from '../support/app.js';
import { missingMount, mountSmall, testUnless } from '../support/needs.js';

const WORK = "import { path, flush } from 'pitot'; const p = path('work'); for (let i = 0; i < 100; i++) p.record(i);\n";

test('should run the application unharmed when PITOT_DIR is a file', async (t) => {
  const file = join(mkdtempSync(join(tmpdir(), 'pitot-file-')), 'taken');
  writeFileSync(file, '');
  const app = new App({ source: `${WORK} setTimeout(() => console.log('done'), 300);`, env: { PITOT_DIR: file } });
  const { code, stdout } = await app.run();
  t.is(code, 0);
  t.is(stdout, 'done\n');
  app.remove();
});

test('should run the application unharmed when PITOT_DIR cannot be made', async (t) => {
  const app = new App({
    source: `${WORK} flush().catch((error) => console.log('refused', /EROFS|EACCES|ENOENT|EPERM/.test(error.message)));`,
    env: { PITOT_DIR: '/proc/pitot' },
  });
  const { code, stdout } = await app.run();
  t.is(code, 0);
  t.is(stdout, 'refused true\n');
  app.remove();
});

test('should make the directory again when it is deleted while the process runs', async (t) => {
  const app = new App({
    source: `${WORK} import { rmSync } from 'node:fs'; await flush(); rmSync(process.env.PITOT_DIR, { recursive: true }); for (let i = 0; i < 50; i++) p.record(i); await flush();`,
  });
  const { code, stderr } = await app.run();
  t.is(stderr, '');
  t.is(code, 0);
  t.is(totals(app.windows(), 'work').count, 50);
  app.remove();
});

testUnless(missingMount())('should keep a window that a full disk refuses, and write it when there is room', async (t) => {
  const mount = mkdtempSync(join(tmpdir(), 'pitot-full-'));
  mountSmall(mount, '256k');
  const app = new App({
    source: `${WORK}
      import { rmSync, writeFileSync } from 'node:fs';
      await flush();
      try { writeFileSync('${mount}/ballast', 'x'.repeat(300_000)); } catch {}
      for (let i = 0; i < 70; i++) p.record(i);
      const refused = await flush().then(() => false, (error) => /ENOSPC/.test(error.message));
      for (let i = 0; i < 7; i++) p.record(i);
      const again = await flush().then(() => false, (error) => /ENOSPC/.test(error.message));
      rmSync('${mount}/ballast');
      const report = await flush();
      console.log(refused, again, report.agent.faults.some(({ code }) => code === 'REPORT_WRITE'));
    `,
    env: { PITOT_DIR: join(mount, 'reports') },
  });
  const { code, stdout, stderr } = await app.run();
  const windows = app.windows();
  execFileSync('umount', [mount]);
  t.is(stderr, '');
  t.is(code, 0);
  t.is(stdout, 'true true true\n');
  const sum = totals(windows, 'work');
  t.is(sum.count, 177);
  t.is(sum.recorded, sum.aggregated + sum.dropped + sum.sampledOut);
  app.remove();
});

test('should count the rest on one path when 100 000 distinct labels are used', async (t) => {
  const app = new App({
    source: "import { path, flush } from 'pitot'; for (let i = 0; i < 100_000; i++) path('user', { id: i }).record(i + 1); await flush();",
    env: { PITOT_OVERHEAD_BUDGET: '1' },
  });
  const { code, stderr } = await app.run();
  t.is(stderr, '');
  t.is(code, 0);
  const [report] = app.windows();
  t.is(
    report.paths.filter(({ name }) => name === 'user').length,
    2000 - report.paths.filter(({ name }) => !['user', 'pitot.overflow'].includes(name)).length,
  );
  t.is(
    report.paths.reduce((sum, { count }) => sum + count, 0),
    100_000,
  );
  t.is(report.records.overflowed, 98_000);
  t.is(report.records.recorded, 100_000);
  app.remove();
});

test('should keep within the bounds of retention and touch nothing that is not its own', async (t) => {
  const app = new App({ source: WORK, env: { PITOT_RETAIN_RUNS: '3' } });
  mkdirSync(join(app.reports, 'mine.20200101-000000.1'), { recursive: true });
  writeFileSync(join(app.reports, 'mine.20200101-000000.1/photo.jpg'), 'x');
  for (let i = 0; i < 5; i++) t.is((await app.run()).code, 0);
  const names = app.runs().map((run) => run.split('/').at(-1));
  t.is(names.length, 4);
  t.true(names.includes('mine.20200101-000000.1'));
  app.remove();
});

test('should show what counters beyond the limit counted', async (t) => {
  const app = new App({ source: "import { counter } from 'pitot'; for (let i = 0; i < 1100; i++) counter('c', { i }).add(3);" });
  t.is((await app.run()).code, 0);
  const [report] = app.windows();
  t.is(
    report.counters.reduce((sum, { value }) => sum + value, 0),
    3300,
  );
  t.is(report.counters.find(({ name }) => name === 'pitot.overflow')?.value, 300);
  app.remove();
});

test('should judge rules, and tell of alerts, when no report can be written', async (t) => {
  const app = new App({
    source: `
      import { rmSync, writeFileSync } from 'node:fs';
      import { on } from 'pitot';
      import { MetricsRegistry } from 'pitot/monitoring';
      const { commands } = new MetricsRegistry();
      let broken = false;
      on('report', () => {
        if (broken) return console.log('a report');
        broken = true;
        rmSync(process.env.PITOT_DIR, { recursive: true, force: true });
        writeFileSync(process.env.PITOT_DIR, 'in the way');
        setInterval(() => { for (let i = 0; i < 20; i++) try { commands.run('Open', () => { throw new Error('no'); }); } catch {} }, 20);
      });
      on('alert', ({ event, alert }) => {
        if (event !== 'firing') return;
        console.log(broken, alert.rule, alert.value);
        process.exit(0);
      });
      setTimeout(() => {}, 60_000);
    `,
    env: { PITOT_INTERVAL_MS: '1000', PITOT_TIME_SCALE: '60' },
    timeoutMs: 60_000,
  });
  const { code, stdout, stderr } = await app.run();
  t.is(stderr, '');
  t.is(code, 0);
  t.is(stdout, 'true command failure spike 1\n');
  app.remove();
});
