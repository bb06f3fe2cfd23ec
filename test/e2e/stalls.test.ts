// The right top function: ten ways to block main, each told while it lasts where V8 can tell, and named with file and line when it is over.
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { build } from 'esbuild';
import type { App } from '../support/app.js';
import { assertFlame, assertTold, assertVerdict, lineOf, linesOfBlock, readBlock, runStall, shareOf, stallApp } from './stall-run.js';

/** Verdicts depend on how busy the machine is: these tests run one after the other. */
const inTurn = test.serial;

/** CPU per time from which on the machine had a core for the thread. */
const QUIET_MIN = 0.8;

interface Expected {
  /** Application of the fixtures. */
  name: string;
  function: string;
  /** Source of the function, and how its definition begins there. */
  file: string;
  definition?: string;
  /** Functions that the flame file has on top of most stacks, as V8 names them; the function itself by default. */
  isHot?: (frame: { functionName: string; url: string }) => boolean;
  /** One long call into native code: V8 hands its samples over when it is done. */
  isNative?: boolean;
}

async function assertNamed(t: ExecutionContext, app: App, expected: Expected): Promise<void> {
  const run = await runStall(t, app);
  const block = readBlock(app);
  const lines = linesOfBlock(run, block);
  const { open, end } = assertTold(t, run, lines);
  const place = {
    function: expected.function,
    file: expected.file,
    line: lineOf(expected.file, expected.definition ?? `function ${expected.function}(`),
  };
  t.like(end.top[0], place, JSON.stringify(end.top));
  t.true(end.top[0].ratio > 0.5 && end.top[0].ratio <= 1, JSON.stringify(end.top));
  t.is(end.top.filter((each) => each.function === place.function && each.file === place.file).length, 1);
  for (const line of lines) assertVerdict(t, line, 'executing');

  const openAfterMs = Date.parse(open.at) - block.startMs;
  t.true(Date.parse(open.at) < block.endMs, `opened after ${openAfterMs} ms of ${block.durationMs}`);
  const isNamed = open.top[0]?.function === place.function;
  t.log(`opened after ${openAfterMs} ms of ${Math.round(block.durationMs)}, ${isNamed ? 'named' : 'not named yet'}; ${end.verdict}`);
  // A thread that shares its CPU may hand its samples over too late for the first line.
  if (!expected.isNative && open.cpuMs / open.durationMs > QUIET_MIN) t.like(open.top[0], place, JSON.stringify(open));

  const profile = assertFlame(t, run, end, block);
  const isHot = expected.isHot ?? (({ functionName }) => functionName === expected.function);
  t.true(shareOf(profile, isHot) > 0.4, `${shareOf(profile, isHot)}`);
}

const cases: [what: string, expected: Expected][] = [
  ['a loop computes', { name: 'loop', function: 'rankOffers', file: 'loop.mjs' }],
  ['JSON is made of a large object', { name: 'json', function: 'exportCatalogue', file: 'json.mjs', isHot: named('exportCatalogue', 'stringify') }],
  [
    'a large text of JSON is parsed',
    { name: 'json-parse', function: 'importCatalogue', file: 'json-parse.mjs', isHot: named('importCatalogue', 'parse'), isNative: true },
  ],
  [
    'a regular expression tries all ways',
    { name: 'regex', function: 'validateAddress', file: 'regex.mjs', isHot: (frame) => frame.functionName === 'validateAddress' || isBuiltin(frame) },
  ],
  ['a password is hashed', { name: 'pbkdf2', function: 'derivePassword', file: 'pbkdf2.mjs', isHot: named('pbkdf2Sync', 'run'), isNative: true }],
  [
    'files are written and read',
    {
      name: 'fs',
      function: 'reloadIndex',
      file: 'fs.mjs',
      isHot: (frame) => frame.functionName === 'reloadIndex' || isBuiltin(frame),
    },
  ],
  ['a buffer is compressed', { name: 'zlib', function: 'archiveOrders', file: 'zlib.mjs', isHot: isBuiltin, isNative: true }],
  ['a function calls itself thousands of times', { name: 'recursion', function: 'sumBranch', file: 'recursion.mjs' }],
  [
    'a sort has a slow comparator',
    { name: 'sort', function: 'byCustomer', file: 'sort.mjs', isHot: (frame) => frame.functionName === 'byCustomer' || isBuiltin(frame) },
  ],
  [
    'getters are called through proxies',
    { name: 'proxy', function: 'traceAccess', file: 'proxy.mjs', isHot: (frame) => frame.functionName === 'traceAccess' || isBuiltin(frame) },
  ],
];

function named(...names: string[]): (frame: { functionName: string }) => boolean {
  return ({ functionName }) => names.includes(functionName);
}

/** Of Node.js or V8, as what the function calls is: not (program) or (garbage collector). */
function isBuiltin({ functionName, url }: { functionName: string; url: string }): boolean {
  return url.startsWith('node:') || (url === '' && !functionName.startsWith('('));
}

for (const [what, expected] of cases) {
  inTurn(`should name the function that blocks when ${what}`, (t) => assertNamed(t, stallApp(expected.name), expected));
}

inTurn('should name the function of the TypeScript source when a minified bundle blocks', async (t) => {
  const app = stallApp('bundled');
  await build({
    entryPoints: [join(app.directory, 'bundle/main.ts')],
    outfile: join(app.directory, 'bundled.mjs'),
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    sourcemap: true,
    logLevel: 'silent',
  });
  const expected = { name: 'bundled', function: 'rebuildIndex', file: 'bundle/price-index.ts', definition: 'rebuildIndex(' };
  await assertNamed(t, app, { ...expected, isHot: ({ url }) => url.endsWith('/bundled.mjs') });
});
