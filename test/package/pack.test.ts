// The package as published: what is in it, and that a project which installs it can load, run and compile against it.
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { publint } from 'publint';
import { InstalledProject, ROOT, run } from './installed.js';

const UNPACKED_BYTES_MAX = 3_000_000;
const VERSION: string = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version;

const RECORD_ESM =
  "import { path } from 'pitot'; const work = path('work'); for (let i = 1; i <= 7; i++) work.record(i * 1000); console.log('ran');\n";
const RECORD_CJS = RECORD_ESM.replace("import { path } from 'pitot'", "const { path } = require('pitot')");

let project: InstalledProject;

test.before(async (t) => {
  t.timeout(180_000);
  project = await InstalledProject.create();
  project.write('app.mjs', RECORD_ESM);
  project.write('app.cjs', RECORD_CJS);
});

test.after.always(() => project?.remove());

test('should hold the built files and the documents alone when it is packed', (t) => {
  const { files, unpackedBytes } = project.packed;
  t.log(`${files.length} files, ${unpackedBytes} bytes`);
  const allowed =
    /^(?:dist\/(?:src|workers|shared)\/.+\.(?:cjs|js|d\.cts|(?:cjs|js)\.map)|dist\/report\.schema\.json|assets\/fonts\/.+|package\.json|README\.md|CHANGELOG\.md|LICENSE)$/;
  t.deepEqual(
    files.filter(({ path }) => !allowed.test(path)),
    [],
  );
  const paths = new Set(files.map(({ path }) => path));
  const needed = ['index.cjs', 'index.d.cts', 'monitoring.cjs', 'monitoring/index.d.cts', 'register.cjs', 'register.d.cts', 'cli.js'].map(
    (name) => `dist/src/${name}`,
  );
  for (const path of [
    ...needed,
    'dist/workers/agent.js',
    'dist/workers/aggregate.js',
    'dist/workers/analyze-heap.js',
    'dist/report.schema.json',
    'LICENSE',
    'README.md',
    'CHANGELOG.md',
  ]) {
    t.true(paths.has(path), path);
  }
  t.true(unpackedBytes < UNPACKED_BYTES_MAX, `${unpackedBytes} bytes`);
});

test('should name no path of the machine it was built on when its files are searched', (t) => {
  const found = project.packed.files.filter(({ path }) => readFileSync(join(project.installed, path), 'utf8').includes(ROOT));
  t.deepEqual(found, []);
});

test('should have no finding of publint when the tarball is judged strictly', async (t) => {
  const { messages } = await publint({ pack: { tarball: new Uint8Array(readFileSync(project.packed.tarball)).buffer }, strict: true });
  t.deepEqual(messages, []);
});

test('should have no finding of arethetypeswrong when the tarball is judged for Node.js', async (t) => {
  const attw = join(ROOT, 'node_modules/@arethetypeswrong/cli/dist/index.js');
  const args = [attw, project.packed.tarball, '--profile', 'node16', '--no-definitely-typed', '--format', 'json'];
  const { code, stdout, stderr } = await run(process.execPath, args, project.directory);
  const { analysis } = JSON.parse(stdout);
  t.is(code, 0, stderr);
  // node10 is the resolution of TypeScript before 4.7, which knows no "exports"; Node.js never resolves so.
  t.deepEqual(
    analysis.problems.filter(({ resolutionKind }: { resolutionKind?: string }) => resolutionKind !== 'node10'),
    [],
  );
  t.deepEqual(
    Object.keys(analysis.entrypoints).filter((entry) => !entry.endsWith('.json')),
    ['.', './monitoring', './register'],
  );
});

const sameNoOps = async (t: ExecutionContext, script: string, reports: string): Promise<void> => {
  const { code, stdout, stderr } = await project.node([script], { PITOT_DIR: reports });
  t.deepEqual({ code, stdout, stderr }, { code: 0, stdout: 'ran\n', stderr: '' });
  t.is(project.latest(reports), null);
};

test('should do nothing and leave no file when an ES module imports it without the agent', (t) => sameNoOps(t, 'app.mjs', 'alone-esm'));
test('should do nothing and leave no file when a CommonJS module requires it without the agent', (t) => sameNoOps(t, 'app.cjs', 'alone-cjs'));

const LOADS: { title: string; args: string[]; env?: Record<string, string> }[] = [
  { title: 'an ES module runs under --import', args: ['--import', 'pitot/register', 'app.mjs'] },
  { title: 'a CommonJS module runs under --import', args: ['--import', 'pitot/register', 'app.cjs'] },
  { title: 'an ES module runs under --require', args: ['--require', 'pitot/register', 'app.mjs'] },
  { title: 'a CommonJS module runs under --require', args: ['--require', 'pitot/register', 'app.cjs'] },
  { title: 'NODE_OPTIONS names the preload', args: ['app.mjs'], env: { NODE_OPTIONS: '--import pitot/register' } },
];

for (const [index, { title, args, env }] of LOADS.entries()) {
  test(`should write a report of every record when ${title}`, async (t) => {
    const reports = `load-${index}`;
    const { code, stdout, stderr } = await project.node(args, { PITOT_DIR: reports, ...env });
    t.deepEqual({ code, stdout, stderr }, { code: 0, stdout: 'ran\n', stderr: '' });
    const report = project.latest(reports);
    const work = report?.paths.find(({ name }) => name === 'work');
    t.deepEqual([work?.count, work?.minNs, work?.maxNs], [7, 1000, 7000]);
    t.is(report?.version, VERSION);
  });
}

test('should share one host with pitot when pitot/monitoring is imported and required', async (t) => {
  project.write(
    'monitoring.mjs',
    "import { path } from 'pitot';\nimport { MetricsRegistry } from 'pitot/monitoring';\nimport { createRequire } from 'node:module';\n" +
      "const required = createRequire(import.meta.url)('pitot/monitoring');\n" +
      "new MetricsRegistry().commands.run('Transfer', () => 1);\nnew required.MetricsRegistry().commands.run('Transfer', () => 1);\n" +
      "path('commands', { command: 'Transfer', complexity: 'simple' }).record(1000);\nconsole.log(required.MetricsRegistry === MetricsRegistry);\n",
  );
  const { code, stdout, stderr } = await project.node(['--import', 'pitot/register', 'monitoring.mjs'], { PITOT_DIR: 'monitoring' });
  t.deepEqual({ code, stdout, stderr }, { code: 0, stdout: 'true\n', stderr: '' });
  t.deepEqual(
    project
      .latest('monitoring')
      ?.paths.filter(({ name }) => name === 'commands')
      .map(({ labels, count }) => [labels, count]),
    [[{ command: 'Transfer', complexity: 'simple' }, 3]],
  );
});

test('should say its version and its commands when npx runs it', async (t) => {
  const version = await run('npx', ['--no-install', 'pitot', '--version'], project.directory);
  t.is(version.stdout.trim(), VERSION);
  const help = await run('npx', ['--no-install', 'pitot', '--help'], project.directory);
  t.is(help.code, 0);
  for (const command of ['run', 'report', 'check-config']) t.regex(help.stdout, new RegExp(`\\b${command}\\b`));
});

test('should print the measured path when pitot run is followed by pitot report', async (t) => {
  const ran = await run('npx', ['--no-install', 'pitot', 'run', 'app.mjs'], project.directory, { PITOT_DIR: 'by-command' });
  t.deepEqual([ran.code, ran.stdout], [0, 'ran\n']);
  const report = await run('npx', ['--no-install', 'pitot', 'report', 'by-command', '--json'], project.directory);
  t.is(report.code, 0, report.stderr);
  t.is(JSON.parse(report.stdout).paths.find(({ name }: { name: string }) => name === 'work').count, 7);
});

test('should find the schema of a report when it is resolved by name', async (t) => {
  const { stdout } = await project.node(['-p', "require('pitot/report.schema.json').$id"]);
  t.is(stdout, 'pitot.report/1\n');
});

// Every script that a thread has parsed, by the thread's own debugger: sees import, require and eval alike.
const LOADED_SCRIPTS = `
const { Session } = require('node:inspector');
module.exports = () => {
  const urls = [];
  const session = new Session();
  session.connect();
  session.on('Debugger.scriptParsed', ({ params }) => urls.push(params.url));
  session.post('Debugger.enable');
  session.disconnect();
  return urls.map((url) => /node_modules\\/((?:@[^/]+\\/)?[^/]+)\\/(.*)$/.exec(url)).filter(Boolean).map(([, name, file]) => [name, file]);
};`;

const LISTING_APP = `
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { flush, path } from 'pitot';
import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
path('work').record(1000);
await flush();
const worker = new Worker(new URL('./thread.mjs', import.meta.url));
const [thread] = await once(worker, 'message');
const main = require('./loaded-scripts.cjs')();
await import('pidusage');
console.log(JSON.stringify({ main, thread, after: require('./loaded-scripts.cjs')() }));
`;

const LISTING_THREAD = `
import { createRequire } from 'node:module';
import { parentPort } from 'node:worker_threads';
import { path } from 'pitot';
path('work').record(1000);
parentPort.postMessage(createRequire(import.meta.url)('./loaded-scripts.cjs')());
`;

test('should load no library on an application thread when the agent runs', async (t) => {
  project.write('loaded-scripts.cjs', LOADED_SCRIPTS);
  project.write('listing.mjs', LISTING_APP);
  project.write('thread.mjs', LISTING_THREAD);
  const { stdout, stderr } = await project.node(['--import', 'pitot/register', 'listing.mjs'], { PITOT_DIR: 'listing' });
  t.is(stderr, '');
  const { main, thread, after } = JSON.parse(stdout) as Record<string, [string, string][]>;
  t.not(project.latest('listing'), null);
  for (const scripts of [main, thread]) {
    t.deepEqual(new Set(scripts.map(([name]) => name)), new Set(['pitot']));
    t.deepEqual(
      scripts.filter(([, file]) => !file.startsWith('dist/src/') || !file.endsWith('.cjs')),
      [],
    );
    t.true(scripts.some(([, file]) => file === 'dist/src/index.cjs'));
  }
  // The control: a library that is loaded does show.
  t.true(after.some(([name]) => name === 'pidusage'));
});

test("should require nothing but Node's own modules when the application's bundles are read", (t) => {
  const bundles = project.packed.files.filter(({ path }) => path.endsWith('.cjs'));
  t.true(bundles.length >= 2);
  for (const { path } of bundles) {
    const text = readFileSync(join(project.installed, path), 'utf8');
    const named = [...text.matchAll(/\b(?:require|import)\(\s*["'`]([^"'`]+)["'`]\s*\)/g)].map(([, specifier]) => specifier);
    t.deepEqual(
      named.filter((specifier) => !isBuiltin(specifier) && !/^\.\/[\w-]+\.cjs$/.test(specifier)),
      [],
      path,
    );
  }
});

const CONSUMER = `
const work: Path = path('work', { kind: 'a', size: 2 });
const token: number = work.start();
work.end(token, true);
const answer: number = work.time(() => 42);
const later: Promise<string> = work.time(async () => 'x');
const wrapped: (a: number, b: string) => boolean = work.wrap((a: number, b: string) => b.length > a);
counter('c').add(2);
gauge('g').set(1.5);
distribution('d', { unit: 'bytes' }).record(3);
const off: () => void = on('report', (report: Report) => report.paths[0]?.p99Ns.toFixed());
start({ intervalMs: 5000 });
// @ts-expect-error an unknown option
start({ intervalMillis: 5000 });
// @ts-expect-error a duration is a number
work.record('1');
export const all = [answer, later, wrapped, off, flush() satisfies Promise<Report | null>, stop() satisfies Promise<void>];
`;
const NAMES = 'counter, distribution, flush, gauge, on, path, type Path, PitotError, type Report, start, stop';

const REGISTRY_CONSUMER = `
const metrics: MetricsRegistry = new MetricsRegistry();
const transfer = metrics.commands.type('Transfer', { complexity: 'complex' });
const sum: Promise<number> = transfer.run(async () => 42);
transfer.fail(transfer.start(), new Error('x'));
metrics.eventStore.read(async () => [1, 2], (events) => events.length, 'stream');
metrics.projections.projection('p').processed(1, { eventAtMs: Date.now(), position: 5n });
metrics.system.updateConnectionPool('db', { total: 1, available: 1 });
class Store {
  async readStream(name: string) { return { events: [name] }; }
  async appendToStream(name: string, events: number[]) { return { createdNewStream: name !== '' && events.length > 0 }; }
}
const store: Store = instrumentStore(new Store(), metrics);
// @ts-expect-error no such complexity
metrics.commands.type('Transfer', { complexity: 'hard' });
// @ts-expect-error no store
instrumentStore({}, metrics);
export const registry = [sum, store, instrumentPool];
`;
const REGISTRY_NAMES = 'instrumentPool, instrumentStore, MetricsRegistry';

test('should compile strictly when ES and CommonJS modules in TypeScript use the whole API', async (t) => {
  project.link('@types/node');
  project.link('undici-types');
  project.write(
    'types/consumer.mts',
    `import { ${NAMES} } from 'pitot';\nimport 'pitot/register';\nimport { ${REGISTRY_NAMES} } from 'pitot/monitoring';\n${CONSUMER}\n${REGISTRY_CONSUMER}\nexport const e = PitotError;\n`,
  );
  project.write(
    'types/consumer.cts',
    `import { ${NAMES} } from 'pitot';\nimport pitot = require('pitot');\nimport 'pitot/register';\nimport { ${REGISTRY_NAMES} } from 'pitot/monitoring';\n${CONSUMER}\n${REGISTRY_CONSUMER}\nexport const e = [PitotError, pitot.path('x')];\n`,
  );
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2022',
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    types: ['node'],
    outDir: 'out',
  };
  project.write('types/tsconfig.json', JSON.stringify({ compilerOptions, include: ['.'] }));
  const { code, stdout } = await run(join(ROOT, 'node_modules/.bin/tsc'), ['-p', 'types'], project.directory);
  t.deepEqual({ code, stdout }, { code: 0, stdout: '' });
});
