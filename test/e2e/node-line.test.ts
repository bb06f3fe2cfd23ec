// The matrix is what it says: applications run on the Node.js that .ci/run names, on a line that pitot supports.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { App, ROOT } from '../support/app.js';
import { lineOf, NODE_LINES, nodeVersion } from '../support/node-lines.js';

test('should report the version of the tested binary when an application runs on it', async (t) => {
  const app = new App({ source: "import { path } from 'pitot'; path('work').record(1000); console.log(process.version);" });
  t.teardown(() => app.remove());
  const { stdout, code } = await app.run();
  t.is(code, 0);
  t.is(stdout.trim(), nodeVersion());
  t.deepEqual(
    app.windows().map(({ node }) => node),
    [nodeVersion()],
  );
  // A machine's own newer Node.js may run the tests: the newest line is no limit.
  t.true(lineOf(nodeVersion()) >= NODE_LINES[0]);
});

test('should name the same lines when .ci/run and package.json are read', (t) => {
  const [, lines] = /^NODE_LINES='([^']*)'$/m.exec(readFileSync(join(ROOT, '.ci/run'), 'utf8')) ?? [];
  t.deepEqual(lines?.split(' ').map(Number), NODE_LINES.slice(1));
  const { engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  t.is(engines.node, `>=${NODE_LINES[0]}.19`);
});
