// The POST itself, against servers that answer well, badly, slowly, elsewhere and not at all.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { type PostOutcome, postJson } from '../../../src/export/sinks/http-post.js';
import { retryAfterMs } from '../../../src/export/sinks/retry-after.js';
import { missingCommand, testUnless } from '../../support/needs.js';
import { type Answer, ok, type Receiver, startReceiver } from './receiver.js';

async function receiver(t: ExecutionContext, answer: Answer = ok): Promise<Receiver> {
  const started = await startReceiver(answer);
  t.teardown(() => started.close());
  return started;
}

const HEADERS = { authorization: 'Bearer s3cret' };
const post = (url: string, timeoutMs = 5000, signal?: AbortSignal): Promise<PostOutcome> =>
  postJson({ url, headers: HEADERS, body: '{"é":1}', timeoutMs, signal });
const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(code, headers).end();

test('should send JSON with its headers on a connection of its own when the receiver takes it', async (t) => {
  const { url, received } = await receiver(t);
  t.deepEqual(await post(`${url}/hook?x=1`), { kind: 'delivered', status: 200 });
  const [{ path, body, headers }] = received;
  t.deepEqual(
    [path, body, headers.authorization, headers['content-type'], headers['content-length'], headers.connection],
    ['/hook?x=1', '{"é":1}', 'Bearer s3cret', 'application/json', '8', 'close'],
  );
});

for (const [code, outcome] of [
  [202, { kind: 'delivered', status: 202 }],
  [400, { kind: 'refused', reason: 'status 400' }],
  [403, { kind: 'refused', reason: 'status 403' }],
  [404, { kind: 'refused', reason: 'status 404' }],
  [408, { kind: 'retry', reason: 'status 408' }],
  [425, { kind: 'retry', reason: 'status 425' }],
  [429, { kind: 'retry', reason: 'status 429' }],
  [500, { kind: 'retry', reason: 'status 500' }],
  [503, { kind: 'retry', reason: 'status 503' }],
] as [number, PostOutcome][]) {
  test(`should say ${outcome.kind} when the receiver answers ${code}`, async (t) => {
    const { url } = await receiver(t, status(code));
    t.deepEqual(await post(url), outcome);
  });
}

test('should say how long to wait when a 429 or a 503 has Retry-After, and not when another has it', async (t) => {
  const { url, received } = await receiver(t, (response, _, n) => status([429, 503, 500][n - 1], { 'retry-after': '7' })(response, _, n));
  t.deepEqual(await post(url), { kind: 'retry', reason: 'status 429', retryAfterMs: 7000 });
  t.deepEqual(await post(url), { kind: 'retry', reason: 'status 503', retryAfterMs: 7000 });
  t.deepEqual(await post(url), { kind: 'retry', reason: 'status 500' });
  t.is(received.length, 3);
});

test('should read seconds and dates when Retry-After is given', (t) => {
  const nowMs = Date.parse('2026-03-01T12:00:00Z');
  const read = (text: string | undefined): number | null => retryAfterMs(text, nowMs);
  t.is(read('120'), 120_000);
  t.is(read(' 0 '), 0);
  t.is(read('Sun, 01 Mar 2026 12:00:30 GMT'), 30_000);
  t.is(read('Sunday, 01-Mar-26 12:00:30 GMT'), 30_000);
  t.is(read('Sun, 01 Mar 2026 11:00:00 GMT'), 0);
  t.is(read('999999'), 3_600_000);
  t.is(read('Sun, 01 Mar 2036 12:00:00 GMT'), 3_600_000);
  for (const nothing of [undefined, '', '-5', '1.5', 'soon', 'Sun, soon', '99999999999']) t.is(read(nothing), null, nothing);
});

test('should give up at the time-out when the receiver never answers', async (t) => {
  const { url } = await receiver(t, () => {});
  t.deepEqual(await post(url, 100), { kind: 'retry', reason: 'no answer within 100 ms' });
});

test.serial('should count redirects into the time-out when each hop is slow', async (t) => {
  const { url, received } = await receiver(t, (response, _, n) => {
    if (n === 1) response.writeHead(307, { location: '/next' }).end();
  });
  t.deepEqual(await post(url, 1500), { kind: 'retry', reason: 'no answer within 1500 ms' });
  t.is(received.length, 2);
});

test('should give up when it is told to', async (t) => {
  const stop = new AbortController();
  const { url } = await receiver(t, () => stop.abort());
  t.deepEqual(await post(url, 5000, stop.signal), { kind: 'retry', reason: 'given up, as the process ends' });
  t.deepEqual(await post(url, 5000, stop.signal), { kind: 'retry', reason: 'given up before it was sent' });
});

test('should count as delivered when the answer says so and breaks off in its body', async (t) => {
  const { url } = await receiver(t, (response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('half');
    setImmediate(() => response.destroy());
  });
  t.deepEqual(await post(url), { kind: 'delivered', status: 200 });
});

test('should try again when the answer is a 500 that breaks off, or breaks off before its status', async (t) => {
  const { url } = await receiver(t, (response, _, n) => {
    if (n === 2) return response.destroy();
    response.writeHead(500, { 'content-length': '100' });
    response.write('half');
    setImmediate(() => response.destroy());
  });
  t.deepEqual(await post(url), { kind: 'retry', reason: 'status 500' });
  t.deepEqual(await post(url), { kind: 'retry', reason: 'ECONNRESET' });
});

test('should not wait for a body and cut it when it is slow or has no end', async (t) => {
  let closed = 0;
  const ended: Promise<void>[] = [];
  const { url } = await receiver(t, (response, _, n) => {
    response.writeHead(200);
    ended.push(
      new Promise((resolve) =>
        response.on('close', () => {
          closed++;
          resolve();
        }),
      ),
    );
    if (n === 1) response.write('a');
    else {
      const pour = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      };
      response.on('drain', pour);
      pour();
    }
  });
  t.deepEqual(await post(url), { kind: 'delivered', status: 200 });
  t.deepEqual(await post(url), { kind: 'delivered', status: 200 });
  await Promise.all(ended);
  t.is(closed, 2);
});

test('should send nothing to another host when it is redirected there', async (t) => {
  const other = await receiver(t);
  for (const code of [301, 302, 303, 307, 308]) {
    const { url } = await receiver(t, status(code, { location: `${other.url}/steal` }));
    const outcome = await post(url);
    t.is(outcome.kind, 'refused');
    t.regex((outcome as { reason: string }).reason, /^redirect \d{3}(?: to another origin)?, which is not followed$/);
  }
  // Another port, scheme and name of the same machine are other origins too.
  const { url } = await receiver(t, (response, request) =>
    response.writeHead(307, { location: `http://localhost:${String(request.headers.host).split(':')[1]}/` }).end(),
  );
  t.deepEqual(await post(url), { kind: 'refused', reason: 'redirect 307 to another origin, which is not followed' });
  t.is(other.received.length, 0);
});

test('should send all of it again when it is redirected within the origin, three times at most', async (t) => {
  const { url, received } = await receiver(t, (response, _, n) => (n < 4 ? status(n === 2 ? 308 : 307, { location: `/${n}` }) : ok)(response, _, n));
  t.deepEqual(await post(url.replace('//', '//user:pw@')), { kind: 'delivered', status: 200 });
  t.deepEqual(
    received.map(({ path }) => path),
    ['/', '/1', '/2', '/3'],
  );
  t.true(received.every(({ body, headers }) => body === '{"é":1}' && headers.authorization === 'Bearer s3cret'));
  const endless = await receiver(t, status(307, { location: '/again' }));
  t.deepEqual(await post(endless.url), { kind: 'refused', reason: 'more than 3 redirects' });
  t.is(endless.received.length, 4);
  const nowhere = await receiver(t, status(307));
  t.deepEqual(await post(nowhere.url), { kind: 'refused', reason: 'redirect 307 to no address' });
});

test('should name a code and no address when nobody listens', async (t) => {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  t.deepEqual(await post(`http://127.0.0.1:${port}/s3cret`), { kind: 'retry', reason: 'ECONNREFUSED' });
  t.deepEqual(await post('no address s3cret'), { kind: 'retry', reason: 'ERR_INVALID_URL' });
  t.deepEqual(await post('ftp://s3cret/'), { kind: 'retry', reason: 'ERR_INVALID_PROTOCOL' });
});

testUnless(missingCommand('openssl', ['version']))(
  'should send nothing when the certificate is of no authority it knows, whatever the environment says',
  async (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'pitot-tls-'));
    t.teardown(() => rmSync(directory, { recursive: true, force: true }));
    const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
    const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1', '-keyout', key, '-out', cert];
    execFileSync('openssl', args, { stdio: 'ignore' });
    let requests = 0;
    const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) => {
      requests++;
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.teardown(() => server.close());
    const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    t.teardown(() => {
      if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
    });
    const outcome = await post(`https://127.0.0.1:${(server.address() as AddressInfo).port}`);
    t.is(outcome.kind, 'retry');
    t.regex((outcome as { reason: string }).reason, /SELF_SIGNED_CERT|UNABLE_TO_VERIFY|ALTNAME/);
    t.is(requests, 0);
  },
);
