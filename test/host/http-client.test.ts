// The HTTP client probe on real clients: node:http and fetch, and every way for a request to end.
import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { installHttpClient } from '../../src/host/http-client.js';
import { ClientHosts } from '../../src/host/http-hosts.js';
import { HttpRecording } from './http-recording.js';

/** One probe on the thread at a time: channels are the thread's. */
const serial = test.serial;

function probe(t: ExecutionContext): HttpRecording {
  const recording = new HttpRecording();
  t.teardown(installHttpClient(recording.pathFor, recording.onFault));
  return recording;
}

async function serve(t: ExecutionContext, handler: http.RequestListener, at: number | string = 0): Promise<number> {
  const server = http.createServer(handler);
  if (typeof at === 'number') server.listen(at, 'localhost');
  else server.listen(at);
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, 'localhost');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function call(options: http.RequestOptions, body = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = http.request(options, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += chunk));
      response.on('end', () => resolve(text));
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

const byUrl: http.RequestListener = (req, res) => {
  res.statusCode = Number(req.url?.slice(1)) || 200;
  res.end('body');
};

serial('should record host, method and class of status when node:http makes requests', async (t) => {
  const recording = probe(t);
  const port = await serve(t, byUrl);
  for (const status of [200, 404, 500, 503]) await call({ port, path: `/${status}` });
  await call({ port, method: 'post' }, 'body');
  await call({ port, method: 'PROPFIND' });
  await recording.until(6);
  const host = `localhost:${port}`;
  t.deepEqual(recording.counts, {
    [`GET ${host} 2xx ok`]: 1,
    [`GET ${host} 4xx ok`]: 1,
    [`GET ${host} 5xx error`]: 2,
    [`OTHER ${host} 2xx ok`]: 1,
    [`POST ${host} 2xx ok`]: 1,
  });
  t.true(recording.spans.every(({ name }) => name === 'http.client'));
  t.is(recording.interned, 5);
  t.deepEqual(recording.faults, []);
});

serial('should record the same when fetch makes them, each hop of a redirect as a request', async (t) => {
  const recording = probe(t);
  const port = await serve(t, (req, res) => {
    if (req.url === '/from') res.writeHead(302, { location: '/200' }).end();
    else if (req.url === '/hints') res.writeEarlyHints({ link: '</a>; rel=preload' }, () => res.end('x'));
    else byUrl(req, res);
  });
  const base = `http://localhost:${port}`;
  for (const path of ['/200', '/404', '/500', '/from', '/hints']) await (await fetch(base + path)).text();
  await (await fetch(base, { method: 'PUT', body: 'x' })).text();
  t.deepEqual(recording.counts, {
    [`GET localhost:${port} 2xx ok`]: 3,
    [`GET localhost:${port} 3xx ok`]: 1,
    [`GET localhost:${port} 4xx ok`]: 1,
    [`GET localhost:${port} 5xx error`]: 1,
    [`PUT localhost:${port} 2xx ok`]: 1,
  });
  t.deepEqual(recording.faults, []);
});

serial('should time a request until the headers of its response', async (t) => {
  const recording = probe(t);
  const port = await serve(t, (_req, res) => void setTimeout(() => res.end('x'), 40));
  await call({ port });
  await (await fetch(`http://localhost:${port}`)).text();
  // Timers may fire up to 1 ms early.
  for (const { durationMs } of recording.spans) t.true(durationMs >= 39, `${durationMs} ms`);
  t.is(recording.spans.length, 2);
});

serial('should record an error when nobody listens', async (t) => {
  const recording = probe(t);
  const port = await freePort();
  await t.throwsAsync(call({ port, method: 'DELETE' }));
  await t.throwsAsync(fetch(`http://localhost:${port}/x`));
  await recording.until(2);
  t.deepEqual(recording.lines, [`DELETE localhost:${port} error error`, `GET localhost:${port} error error`]);
});

serial('should record an error, once, when the connection breaks before the response or the caller gives up', async (t) => {
  const recording = probe(t);
  let arrived = () => {};
  const port = await serve(t, (req) => {
    if (req.url === '/break') req.socket.destroy();
    else arrived();
  });
  const host = `localhost:${port}`;
  await t.throwsAsync(call({ port, path: '/break' }));
  await t.throwsAsync(fetch(`http://${host}/break`));
  const arrival = new Promise<void>((resolve) => (arrived = resolve));
  const held = http.request({ port, method: 'PUT' });
  held.on('error', () => {});
  held.end();
  await arrival;
  held.destroy();
  const controller = new AbortController();
  arrived = () => controller.abort();
  await t.throwsAsync(fetch(`http://${host}/hold`, { method: 'POST', signal: controller.signal }), { any: true, name: 'AbortError' });
  await recording.until(4);
  t.deepEqual(recording.counts, { [`GET ${host} error error`]: 2, [`POST ${host} error error`]: 1, [`PUT ${host} error error`]: 1 });
});

serial('should record an error when a request fails before it is sent whole', async (t) => {
  const recording = probe(t);
  const port = await freePort();
  const request = http.request({ port, method: 'POST' });
  request.write('the first half');
  await once(request, 'error');
  await recording.until(1);
  t.deepEqual(recording.lines, [`POST localhost:${port} error error`]);
});

serial('should record a response once when its body breaks off', async (t) => {
  const recording = probe(t);
  const port = await serve(t, (_req, res) => {
    res.writeHead(200, { 'content-length': 10 });
    res.write('half', () => res.destroy());
  });
  await t.throwsAsync(call({ port }));
  await t.throwsAsync(fetch(`http://localhost:${port}`).then((response) => response.text()));
  t.deepEqual(recording.counts, { [`GET localhost:${port} 2xx ok`]: 2 });
});

serial('should record every request when 100 run at once over kept connections', async (t) => {
  const recording = probe(t);
  const port = await serve(t, byUrl);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 5 });
  await Promise.all(
    Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? call({ port, agent }) : fetch(`http://localhost:${port}`).then((r) => r.text()))),
  );
  agent.destroy();
  t.deepEqual(recording.counts, { [`GET localhost:${port} 2xx ok`]: 100 });
});

serial('should record nothing when it has been uninstalled', async (t) => {
  const recording = new HttpRecording();
  const port = await serve(t, byUrl);
  installHttpClient(recording.pathFor)();
  await call({ port });
  await (await fetch(`http://localhost:${port}`)).text();
  t.deepEqual(recording.lines, []);
});

serial('should answer all the same and report a fault when the recorder throws', async (t) => {
  const faults: string[] = [];
  t.teardown(
    installHttpClient(
      () => {
        throw new Error('no paths today');
      },
      (code, message) => {
        faults.push(`${code}: ${message}`);
        throw new Error('no faults either');
      },
    ),
  );
  const port = await serve(t, byUrl);
  t.is(await call({ port }), 'body');
  t.is(await (await fetch(`http://localhost:${port}`)).text(), 'body');
  t.deepEqual(faults, ['HTTP_CLIENT_PROBE: no paths today', 'HTTP_CLIENT_PROBE: no paths today']);
});

serial('should name the server as addressed, with its port', async (t) => {
  const recording = probe(t);
  const path = join(tmpdir(), `pitot-http-${process.pid}.sock`);
  const port = await serve(t, byUrl);
  await serve(t, byUrl, path);
  await call({ host: 'localhost', port, headers: { host: 'virtual.example' } });
  await call({ host: 'localhost', port, setHost: false, headers: { host: 'x' } });
  await call({ socketPath: path });
  await recording.until(3);
  t.deepEqual(
    recording.spans.map(({ labels }) => labels.host),
    [`localhost:${port}`, `localhost:${port}`, `unix:${path}`],
  );
});

const asRequest = (host: string, protocol: string, header: string | undefined, remotePort?: number) =>
  ({ host, protocol, getHeader: () => header, socket: remotePort === undefined ? null : { remotePort } }) as unknown as http.ClientRequest;

test("should use the protocol's own port when none is in the address", (t) => {
  const hosts = new ClientHosts();
  t.is(hosts.ofNode(asRequest('a.example', 'http:', 'a.example')), 'a.example:80');
  t.is(hosts.ofNode(asRequest('a.example', 'https:', 'a.example')), 'a.example:443');
  t.is(hosts.ofNode(asRequest('a.example', 'https:', 'a.example:8443')), 'a.example:8443');
  t.is(hosts.ofNode(asRequest('::1', 'http:', '[::1]:8080')), '[::1]:8080');
  t.is(hosts.ofNode(asRequest('::1', 'http:', '[::1]')), '[::1]:80');
  t.is(hosts.ofNode(asRequest('b.example', 'http:', 'a.example', 81)), 'b.example:81');
  t.is(hosts.ofNode(asRequest('b.example', 'https:', undefined)), 'b.example:443');
});

test('should name the server of an origin, given as text or as a URL', (t) => {
  const hosts = new ClientHosts();
  for (let i = 0; i < 2; i++) {
    t.is(hosts.ofOrigin('http://a.example'), 'a.example:80');
    t.is(hosts.ofOrigin(new URL('https://a.example')), 'a.example:443');
    t.is(hosts.ofOrigin('https://[::1]:8443'), '[::1]:8443');
    t.is(hosts.ofOrigin(undefined), '(unknown)');
  }
});
