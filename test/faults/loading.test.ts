// Ways of loading and misconfiguring: the application runs as it would, with one clear line when pitot does not.
import { execFileSync } from 'node:child_process';
import test from 'ava';
import { App, type AppOptions, NODE, totals } from '../support/app.js';

const WORK = "import { path } from 'pitot'; path('work').record(5); console.log('ran');\n";
const nodeMajor = Number(execFileSync(NODE, ['-p', 'process.versions.node.split(".")[0]'], { encoding: 'utf8' }));

for (const [title, env, file, line] of [
  [
    'a value is out of range',
    { PITOT_INTERVAL_MS: '5' },
    undefined,
    /^pitot: not started: \[CONFIG_VALUE\] PITOT_INTERVAL_MS: expected .*1000.*3600000.*, received "5"\. .+\n$/,
  ],
  [
    'the file has an unknown key',
    { PITOT_CONFIG: 'pitot.json' },
    '{"intervalMS": 5000}',
    /^pitot: not started: \[CONFIG_UNKNOWN_KEY\].*intervalMS.*Did you mean .*intervalMs.*\n$/,
  ],
  ['the file is no JSON', { PITOT_CONFIG: 'pitot.json' }, '{', /^pitot: not started: \[CONFIG_JSON\].*\n$/],
  ['the file is not there', { PITOT_CONFIG: 'none.json' }, undefined, /^pitot: not started: \[CONFIG_FILE\].*\n$/],
] as const) {
  test(`should run the application without the agent, with one line, when ${title}`, async (t) => {
    const app = new App({ source: WORK, env, files: file === undefined ? {} : { 'pitot.json': file } });
    const { code, stdout, stderr } = await app.run();
    t.is(code, 0);
    t.is(stdout, 'ran\n');
    t.regex(stderr, line);
    t.deepEqual(app.runs(), []);
    app.remove();
  });

  test(`should end with code 78 under PITOT_STRICT when ${title}`, async (t) => {
    const app = new App({ source: WORK, env: { ...env, PITOT_STRICT: '1' }, files: file === undefined ? {} : { 'pitot.json': file } });
    const { code, stdout, stderr } = await app.run();
    t.is(code, 78);
    t.is(stdout, '');
    t.regex(stderr, line);
    app.remove();
  });
}

for (const [title, options] of [
  ['--import and ESM', {}],
  ['--import and CommonJS', { file: 'app.cjs', source: "require('pitot').path('work').record(5); console.log('ran');" }],
  ['--require and ESM', { nodeArgs: ['--require', 'pitot/register'] }],
  [
    '--require and CommonJS',
    { nodeArgs: ['-r', 'pitot/register'], file: 'app.cjs', source: "require('pitot').path('work').record(5); console.log('ran');" },
  ],
  ['NODE_OPTIONS', { nodeArgs: [], env: { NODE_OPTIONS: '--import pitot/register' } }],
] as const) {
  test(`should report when loaded by ${title}`, async (t) => {
    const app = new App({ source: WORK, ...(options as Partial<AppOptions>) });
    const { code, stdout, stderr } = await app.run();
    t.is(stderr, '');
    t.is(stdout, 'ran\n');
    t.is(code, 0);
    t.is(totals(app.windows(), 'work').count, 1);
    app.remove();
  });
}

test('should do nothing when it is switched off', async (t) => {
  const app = new App({ source: `${WORK} console.log(process.getActiveResourcesInfo().includes('MessagePort'));`, env: { PITOT_ENABLED: '0' } });
  const { code, stdout, stderr } = await app.run();
  t.is(stderr, '');
  t.is(stdout, 'ran\nfalse\n');
  t.is(code, 0);
  t.deepEqual(app.runs(), []);
  app.remove();
});

test('should leave npm itself alone when NODE_OPTIONS reaches it', async (t) => {
  const app = new App({ source: WORK, files: { 'package.json': '{"name":"shop","scripts":{"start":"node app.mjs"}}' } });
  const stdout = execFileSync('npm', ['start', '--silent'], {
    cwd: app.directory,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '--import pitot/register', PITOT_DIR: app.reports },
  });
  t.is(stdout, 'ran\n');
  const runs = app.runs();
  t.is(runs.length, 1);
  t.regex(runs[0], /\/shop\.\d{8}-\d{6}\.\d+$/);
  app.remove();
});

test('should say so in one line when the permission model allows no worker threads', async (t) => {
  const flag = nodeMajor >= 24 ? '--permission' : '--experimental-permission';
  const app = new App({ source: "console.log('ran');", nodeArgs: [flag, '--allow-fs-read=*', '--import', 'pitot/register'] });
  const { code, stdout, stderr } = await app.run();
  t.is(code, 0);
  t.is(stdout, 'ran\n');
  t.regex(stderr, /pitot: not started: the permission model allows no worker threads/);
  app.remove();
});

test('should report under the permission model when it may use workers and its directory', async (t) => {
  const flag = nodeMajor >= 24 ? '--permission' : '--experimental-permission';
  const app = new App({ source: WORK, nodeArgs: [flag, '--allow-fs-read=*', '--allow-fs-write=*', '--allow-worker', '--import', 'pitot/register'] });
  const { code, stdout } = await app.run();
  t.is(code, 0);
  t.is(stdout, 'ran\n');
  t.is(totals(app.windows(), 'work').count, 1);
  app.remove();
});
