// The CPU profile of a running application: whole over many rotations, right in its shares, with worker threads and without pitot's own code.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import type { CpuProfile } from '../../src/flame/formats/cpu-profile.js';
import type { CpuProfileSummary } from '../../src/report/report-types.js';
import { App } from '../support/app.js';

/** All stretches of one thread in the files of a run, ordered by time. */
function profilesOf(run: string, threadId = 0): CpuProfile[] {
  return readdirSync(join(run, 'flame'))
    .filter((name) => name.endsWith('.cpuprofile') && name.split('.')[4] === String(threadId) && !name.includes('stall'))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(run, 'flame', name), 'utf8')) as CpuProfile)
    .sort((a, b) => a.startTime - b.startTime);
}

/** Time between the first and the last sample of each, and where two do not meet. */
function coverage(profiles: CpuProfile[]): { sampledUs: number; gapsUs: number[]; spanUs: number } {
  const spans = profiles.map(({ startTime, timeDeltas }) => {
    const fromUs = startTime + timeDeltas[0];
    return [fromUs, timeDeltas.slice(1).reduce((sum, delta) => sum + delta, fromUs)];
  });
  return {
    sampledUs: spans.reduce((sum, [from, to]) => sum + to - from, 0),
    gapsUs: spans.slice(1).map(([from], i) => from - spans[i][1]),
    spanUs: (spans.at(-1)?.[1] ?? 0) - (spans[0]?.[0] ?? 0),
  };
}

/** Functions and URLs that only pitot's own evaluated scripts have. */
const ownFrames = (profiles: CpuProfile[]): string[] =>
  profiles.flatMap(({ nodes }) =>
    nodes
      .filter(({ callFrame: { url, functionName } }) => url.startsWith('pitot:') || ['profile', 'profileEnd'].includes(functionName))
      .map(({ callFrame }) => `${callFrame.functionName} ${callFrame.url}`),
  );

/** The rotations alone are to be seen, not the stalls of a busy loop. */
const ENV = { PITOT_INTERVAL_MS: '1000', PITOT_EXIT_WAIT_MS: '8000', PITOT_STALL_MS: '60000', PITOT_FLAME_KEEP: '100' };

const BURN = `
  function spin(ms) { const end = performance.now() + ms; let x = 0; while (performance.now() < end) for (let i = 0; i < 1000; i++) x = (x * 31 + i) % 9973; return x; }
`;

/** Time within a function and what it calls, µs. */
function totalTime(profiles: CpuProfile[], name: string): number {
  let totalUs = 0;
  for (const { nodes, samples, timeDeltas } of profiles) {
    const byId = new Map(nodes.map((node) => [node.id, node]));
    const parent = new Map(nodes.flatMap(({ id, children }) => (children ?? []).map((child) => [child, id] as const)));
    for (let i = 0; i + 1 < samples.length; i++) {
      let id: number | undefined = samples[i];
      while (id !== undefined && byId.get(id)?.callFrame.functionName !== name) id = parent.get(id);
      if (id !== undefined) totalUs += timeDeltas[i + 1];
    }
  }
  return totalUs;
}

const SAMPLER_RUNS = `
  while ((await flush()).cpu.samples === 0) await new Promise((done) => setTimeout(done, 20));
`;

test('should sample all of the time, in right shares and without frames of its own, when profiles are rotated many times', async (t) => {
  const app = new App({
    source: `${BURN}
      import { flush } from 'pitot';
      const nothing = () => new Promise((done) => setImmediate(done));
      // Lengths that have nothing to do with the sampling period.
      let seed = 42; const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
      const tookMs = { threeParts: 0, onePart: 0 };
      function threeParts() { const from = performance.now(); spin(10 + 40 * random()); tookMs.threeParts += performance.now() - from; }
      function onePart() { const from = performance.now(); spin(3 + 14 * random()); tookMs.onePart += performance.now() - from; }
      ${SAMPLER_RUNS}
      const from = performance.now();
      while (performance.now() - from < 6000) { threeParts(); onePart(); await nothing(); }
      console.log(JSON.stringify({ wallMs: performance.now() - from, ...tookMs }));
    `,
    env: ENV,
  });
  const { code, stdout, stderr } = await app.run();
  t.is(stderr, '');
  t.is(code, 0);
  const { wallMs, ...tookMs } = JSON.parse(stdout) as { wallMs: number; threeParts: number; onePart: number };
  const profiles = profilesOf(app.runs()[0]);
  t.true(profiles.length >= 4, `${profiles.length} windows with a profile`);
  const { sampledUs, gapsUs, spanUs } = coverage(profiles);
  t.true(Math.abs(sampledUs - spanUs) < 0.005 * spanUs, `${sampledUs} of ${spanUs} µs; gaps ${gapsUs}`);
  t.true(sampledUs >= wallMs * 980, `${sampledUs} of ${wallMs} ms`);
  t.deepEqual(ownFrames(profiles), []);
  // Four standard errors of samples that fall by chance: a crowded machine has fewer of them, each for a longer time.
  const deltasMs = profiles.flatMap(({ timeDeltas }) => timeDeltas.slice(1).map((delta) => delta / 1000));
  const share = tookMs.threeParts / wallMs;
  const allowedMs = 4 * Math.sqrt(share * (1 - share) * deltasMs.reduce((sum, delta) => sum + delta * delta, 0));
  t.log(`within ${allowedMs} of ${wallMs} ms`);
  for (const name of ['threeParts', 'onePart'] as const) {
    const sampledMs = totalTime(profiles, name) / 1000;
    t.true(Math.abs(sampledMs - tookMs[name]) < allowedMs, `${name}: ${sampledMs} of ${tookMs[name]} ms`);
  }
  const reportedMs = app.windows().reduce((sum, { cpu }) => sum + (cpu as CpuProfileSummary).durationMs, 0);
  t.true(Math.abs(reportedMs * 1000 - sampledUs) < 0.001 * sampledUs, `${reportedMs} ms in reports, ${sampledUs} µs in files`);
  app.remove();
});

test('should profile worker threads of files and of text, and those of theirs, by their own names and without threads of pitot', async (t) => {
  const app = new App({
    source: `
      import { Worker, threadId } from 'node:worker_threads';
      import { flush } from 'pitot';
      const file = new Worker(new URL('./worker.mjs', import.meta.url));
      const inner = await new Promise((done) => file.once('message', done));
      const text = new Worker(${JSON.stringify(`${BURN} function burnOfText() { spin(25); } setInterval(burnOfText, 50);`)}, { eval: true });
      const names = { [file.threadId]: 'burnOfFile', [inner]: 'burnOfInner', [text.threadId]: 'burnOfText' };
      await new Promise((done) => setTimeout(done, 2500));
      let cpu;
      // A crowded machine has a thread answer late: its samples are in the next window.
      do { await new Promise((done) => setTimeout(done, 500)); cpu = (await flush()).cpu; } while (cpu.files.filter((name) => name.endsWith('.cpuprofile')).length < 4);
      console.log(JSON.stringify({ names, cpu }));
      process.exit();
    `,
    files: {
      'worker.mjs': `
        import { isMainThread, parentPort, threadId, Worker, workerData } from 'node:worker_threads';
        ${BURN}
        function burnOfFile() { spin(25); }
        function burnOfInner() { spin(25); }
        if (workerData === 'inner') setInterval(burnOfInner, 50);
        else {
          setInterval(burnOfFile, 50);
          parentPort.postMessage(new Worker(new URL(import.meta.url), { workerData: 'inner' }).threadId);
        }
      `,
    },
    env: { PITOT_EXIT_WAIT_MS: '8000' },
  });
  const { code, stdout, stderr } = await app.run();
  t.is(stderr, '');
  t.is(code, 0);
  const { names, cpu } = JSON.parse(stdout) as { names: Record<string, string>; cpu: CpuProfileSummary };
  const run = app.runs()[0];
  const files = cpu.files.filter((name) => name.endsWith('.cpuprofile'));
  // The file's name has the number of the thread before the sequence.
  t.deepEqual(files.map((name) => name.split('.')[4]).sort(), ['0', ...Object.keys(names)].sort());
  for (const file of files) {
    const id = file.split('.')[4];
    const profile = JSON.parse(readFileSync(join(run, file), 'utf8')) as CpuProfile;
    const seen = ['burnOfFile', 'burnOfInner', 'burnOfText'].filter((name) => totalTime([profile], name) > 0);
    t.deepEqual(seen, id === '0' ? [] : [names[id]], file);
    t.deepEqual(ownFrames([profile]), []);
  }
  t.deepEqual(
    profilesOf(run)
      .flatMap(({ nodes }) => nodes.map(({ callFrame }) => callFrame.url))
      .filter((url) => /dist\/workers|piscina/.test(url)),
    [],
  );
  app.remove();
});

test('should have samples of a worker thread that is terminated, and of one that ends, before the next rotation', async (t) => {
  const app = new App({
    source: `
      import { Worker } from 'node:worker_threads';
      import { flush } from 'pitot';
      ${SAMPLER_RUNS}
      const make = (how) => new Worker(new URL('./worker.mjs', import.meta.url), { workerData: how });
      const ended = (worker) => new Promise((done) => worker.once('exit', done));
      const workers = ['terminated', 'ends', 'loops'].map(make);
      const ids = workers.map(({ threadId }) => threadId);
      await new Promise((done) => setTimeout(done, 4500));
      await Promise.all([workers[0].terminate(), workers[2].terminate(), (workers[1].postMessage('end'), ended(workers[1]))]);
      const { cpu, agent } = await flush();
      console.log(JSON.stringify({ ids, files: cpu.files, faults: agent.faults }));
    `,
    files: {
      'worker.mjs': `
        import { parentPort, workerData } from 'node:worker_threads';
        ${BURN}
        function shortLived() { spin(25); }
        const timer = setInterval(shortLived, 50);
        parentPort.on('message', () => { clearInterval(timer); parentPort.close(); });
        if (workerData === 'loops') setTimeout(() => { for (;;) shortLived(); }, 1000);
      `,
    },
    env: { PITOT_EXIT_WAIT_MS: '8000', PITOT_STALL_MS: '60000' },
  });
  const { code, stdout, stderr } = await app.run();
  t.is(stderr, '');
  t.is(code, 0);
  const { ids, files, faults } = JSON.parse(stdout) as { ids: number[]; files: string[]; faults: unknown[] };
  t.deepEqual(faults, []);
  for (const id of ids) {
    const file = files.find((name) => name.split('.')[4] === String(id) && name.endsWith('.cpuprofile')) ?? '';
    t.true(totalTime([JSON.parse(readFileSync(join(app.runs()[0], file), 'utf8')) as CpuProfile], 'shortLived') > 20_000, `worker-${id}: ${file}`);
  }
  app.remove();
});

test("should leave the host's console.profile as it is alone, and go on through all of it", async (t) => {
  const app = new App({
    source: `
      import { Session } from 'node:inspector';
      import { flush } from 'pitot';
      ${BURN}
      function hostWork() { spin(200); }
      const seconds = (count) => new Promise((done) => setTimeout(done, count * 1000));
      ${SAMPLER_RUNS}
      const session = new Session(); session.connect(); session.post('Profiler.enable');
      const finished = [];
      session.on('Profiler.consoleProfileFinished', ({ params: { title, profile } }) => {
        if (!title.startsWith('pitot ')) finished.push([title, profile.nodes.some(({ callFrame }) => callFrame.functionName === 'hostWork')]);
      });
      const from = performance.now();
      console.profile('titled'); hostWork(); await seconds(1.5); console.profileEnd('titled');
      console.profile(); hostWork(); await seconds(1.5); console.profileEnd();
      // Ends what is newest: nothing of the host's, and nothing of pitot's.
      console.profileEnd(); await seconds(0.5); console.profileEnd();
      session.disconnect();
      console.profile('nobody listens'); await seconds(0.5); console.profileEnd();
      const { agent } = await flush();
      console.log(JSON.stringify({ finished, wallMs: performance.now() - from, faults: agent.faults }));
    `,
    env: ENV,
  });
  const { code, stdout, stderr } = await app.run();
  t.is(stderr, '');
  t.is(code, 0);
  const { finished, wallMs, faults } = JSON.parse(stdout) as { finished: [string, boolean][]; wallMs: number; faults: { code: string }[] };
  t.deepEqual(
    finished.map(([title, isSeen]) => [title === 'titled', isSeen]),
    [
      [true, true],
      [false, true],
    ],
  );
  // Each of its rotations is dear for as long as the host's session is there: said, when it comes to three.
  t.deepEqual(
    faults.filter(({ code }) => code !== 'PROFILER_SHARED'),
    [],
  );
  const profiles = profilesOf(app.runs()[0]);
  const { sampledUs, spanUs, gapsUs } = coverage(profiles);
  t.true(spanUs >= wallMs * 980, `${spanUs} of ${wallMs} ms`);
  t.true(sampledUs >= 0.98 * spanUs, `${sampledUs} of ${spanUs} µs; gaps ${gapsUs}`);
  t.true(totalTime(profiles, 'hostWork') > 100_000);
  app.remove();
});

test('should profile again after stop() and start(), and leave no sampling thread behind', async (t) => {
  const app = new App({
    source: `
      import { readdirSync, readFileSync } from 'node:fs';
      import { flush, start, stop } from 'pitot';
      ${BURN}
      function second() { spin(300); }
      const samplers = () => {
        if (process.platform !== 'linux') return 0;
        const names = readdirSync('/proc/self/task').map((task) => { try { return readFileSync('/proc/self/task/' + task + '/comm', 'utf8').trim(); } catch { return ''; } });
        return names.filter((name) => name === 'v8:ProfEvntProc').length;
      };
      const counts = [];
      for (let i = 0; i < 2; i++) {
        start();
        ${SAMPLER_RUNS}
        if (i === 1) second();
        counts.push(samplers());
        await stop();
        counts.push(samplers());
      }
      console.log(JSON.stringify(counts));
    `,
    nodeArgs: [],
    env: { ...ENV, PITOT_INTERVAL_MS: '60000' },
  });
  const { code, stdout, stderr } = await app.run();
  t.is(stderr, '');
  t.is(code, 0);
  t.deepEqual(JSON.parse(stdout), process.platform === 'linux' ? [1, 0, 1, 0] : [0, 0, 0, 0]);
  t.true(
    totalTime(
      app.runs().flatMap((run) => profilesOf(run)),
      'second',
    ) >= 250_000,
  );
  app.remove();
});
