// The HTTP server probe on real servers: plain node:http, fastify and express, and every way for a request to end.
import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import express from 'express';
import fastify from 'fastify';
import { installHttpServer } from '../../src/host/http-server.js';
import { HttpRecording } from './http-recording.js';

/** One probe on the thread at a time: channels are the thread's. */
const serial = test.serial;

function probe(t: ExecutionContext): HttpRecording {
  const recording = new HttpRecording();
  const uninstall = installHttpServer(recording.pathFor, recording.onFault);
  t.teardown(uninstall);
  return recording;
}

async function listen(t: ExecutionContext, server: http.Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

function request(port: number, path: string, options: http.RequestOptions = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const call = http.request({ port, host: '127.0.0.1', path, ...options }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode as number));
      response.on('error', reject);
    });
    call.on('error', reject);
    call.end();
  });
}

serial('should record route (none), class of status and error when the server is plain node:http', async (t) => {
  const recording = probe(t);
  const port = await listen(
    t,
    http.createServer((req, res) => {
      res.statusCode = Number(req.url?.slice(1));
      res.end();
    }),
  );
  for (const status of [200, 204, 302, 404, 500, 503]) await request(port, `/${status}`);
  await request(port, '/201', { method: 'POST' });
  await request(port, '/200', { method: 'PROPFIND' });
  await recording.until(8);
  t.deepEqual(recording.lines, [
    'GET (none) 2xx ok',
    'GET (none) 2xx ok',
    'GET (none) 3xx ok',
    'GET (none) 4xx ok',
    'GET (none) 5xx error',
    'GET (none) 5xx error',
    'POST (none) 2xx ok',
    'OTHER (none) 2xx ok',
  ]);
  t.true(recording.spans.every(({ name }) => name === 'http.server'));
  t.is(recording.interned, 6);
  t.deepEqual(recording.faults, []);
});

serial('should time a request from its headers to the end of its response', async (t) => {
  const recording = probe(t);
  const port = await listen(
    t,
    http.createServer((_req, res) => void setTimeout(() => res.write('half', () => setTimeout(() => res.end(), 30)), 30)),
  );
  await request(port, '/');
  await recording.until(1);
  // Timers may fire up to 1 ms early.
  t.true(recording.spans[0].durationMs >= 58, `${recording.spans[0].durationMs} ms`);
});

serial('should record each request when they share a connection', async (t) => {
  const recording = probe(t);
  const sockets = new Set<net.Socket>();
  const port = await listen(
    t,
    http.createServer((req, res) => {
      sockets.add(req.socket);
      res.statusCode = req.url === '/bad' ? 500 : 200;
      setTimeout(() => res.end(), req.url === '/slow' ? 40 : 0);
    }),
  );
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  t.teardown(() => agent.destroy());
  for (const path of ['/slow', '/', '/bad', '/']) await request(port, path, { agent });
  await recording.until(4);
  t.is(sockets.size, 1);
  t.deepEqual(recording.lines, ['GET (none) 2xx ok', 'GET (none) 2xx ok', 'GET (none) 5xx error', 'GET (none) 2xx ok']);
  t.true(recording.spans[0].durationMs >= 39);
  t.true(recording.spans[1].durationMs < recording.spans[0].durationMs, 'a span starts anew on a kept connection');
  agent.destroy();
});

serial('should record pipelined requests each with its own method, status and start', async (t) => {
  const recording = probe(t);
  const held: http.ServerResponse[] = [];
  const started: string[] = [];
  let allStarted = () => {};
  const all = new Promise<void>((resolve) => (allStarted = resolve));
  const port = await listen(
    t,
    http.createServer((req, res) => {
      started.push(req.url as string);
      held.push(res);
      if (held.length === 4) allStarted();
    }),
  );
  const socket = net.connect(port, '127.0.0.1');
  socket.resume();
  socket.write(['GET', 'DELETE', 'PATCH', 'HEAD'].map((method, i) => `${method} /${i} HTTP/1.1\r\nHost: a\r\n\r\n`).join(''));
  await all;
  t.deepEqual(started, ['/0', '/1', '/2', '/3']);
  // The responses end in another order than they were asked in; Node sends them in order.
  for (const [i, status] of [
    [2, 500],
    [1, 404],
    [0, 200],
  ] as const) {
    held[i].statusCode = status;
    held[i].end();
  }
  await recording.until(3);
  t.deepEqual(recording.counts, { 'GET (none) 2xx ok': 1, 'DELETE (none) 4xx ok': 1, 'PATCH (none) 5xx error': 1 });
  socket.destroy();
  await recording.until(4);
  t.is(recording.lines[3], 'HEAD (none) aborted error');
  t.deepEqual(recording.faults, []);
});

serial('should record status aborted and an error, once, when the client goes before the response', async (t) => {
  const recording = probe(t);
  let arrived = (_response: http.ServerResponse) => {};
  const arrival = new Promise<http.ServerResponse>((resolve) => (arrived = resolve));
  const port = await listen(
    t,
    http.createServer((req, res) => {
      if (req.method === 'POST') arrived(res);
      else res.end();
    }),
  );
  const socket = net.connect(port, '127.0.0.1');
  socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n');
  const response = await arrival;
  socket.destroy();
  await recording.until(1);
  response.end('late');
  await request(port, '/');
  await recording.until(2);
  t.deepEqual(recording.lines, ['POST (none) aborted error', 'GET (none) 2xx ok']);
});

serial('should record status aborted when the connection breaks within the response', async (t) => {
  const recording = probe(t);
  const port = await listen(
    t,
    http.createServer((_req, res) => {
      res.writeHead(200, { 'content-length': 1000 });
      res.write('some', () => res.destroy());
    }),
  );
  await t.throwsAsync(request(port, '/'), { code: 'ECONNRESET' });
  await recording.until(1);
  t.deepEqual(recording.lines, ['GET (none) aborted error']);
});

serial('should record nothing more when an idle connection closes', async (t) => {
  const recording = probe(t);
  const server = http.createServer((_req, res) => res.end());
  const port = await listen(t, server);
  const closed = new Promise((resolve) => server.on('connection', (socket) => socket.on('close', resolve)));
  const agent = new http.Agent({ keepAlive: true });
  await request(port, '/', { agent });
  await recording.until(1);
  agent.destroy();
  await closed;
  t.deepEqual(recording.lines, ['GET (none) 2xx ok']);
});

serial('should record every request when 100 run at once and some are aborted', async (t) => {
  const recording = probe(t);
  const held: http.ServerResponse[] = [];
  let allHere = () => {};
  const all = new Promise<void>((resolve) => (allHere = resolve));
  const port = await listen(
    t,
    http.createServer((_req, res) => {
      if (held.push(res) === 100) allHere();
    }),
  );
  const calls = Array.from({ length: 100 }, (_, i) => {
    const call = http.request({ port, host: '127.0.0.1', method: i % 10 === 0 ? 'DELETE' : 'GET', agent: false }, (response) => response.resume());
    call.on('error', () => {});
    call.end();
    return call;
  });
  await all;
  for (const [i, call] of calls.entries()) if (i % 10 === 0) call.destroy();
  for (const res of held) if (res.req.method === 'GET') res.end();
  await recording.until(100);
  t.deepEqual(recording.counts, { 'DELETE (none) aborted error': 10, 'GET (none) 2xx ok': 90 });
  t.is(recording.interned, 2);
});

serial('should record again, and once, when it is installed anew on connections that stayed open', async (t) => {
  const before = new HttpRecording();
  const uninstall = installHttpServer(before.pathFor);
  let arrived = () => {};
  const arrival = new Promise<void>((resolve) => (arrived = resolve));
  const port = await listen(
    t,
    http.createServer((req, res) => {
      if (req.method === 'DELETE') arrived();
      else res.end();
    }),
  );
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  t.teardown(() => agent.destroy());
  await request(port, '/', { agent });
  await before.until(1);
  uninstall();
  await request(port, '/', { agent });
  const after = probe(t);
  await request(port, '/', { agent });
  const call = http.request({ port, host: '127.0.0.1', method: 'DELETE', agent });
  call.on('error', () => {});
  call.end();
  await arrival;
  call.destroy();
  await after.until(2);
  t.deepEqual(before.lines, ['GET (none) 2xx ok']);
  t.deepEqual(after.lines, ['GET (none) 2xx ok', 'DELETE (none) aborted error']);
});

serial('should leave one listener on a connection, with room made for it, however often it is installed', async (t) => {
  const listeners: [number, number][] = [];
  const port = await listen(
    t,
    http.createServer((req, res) => {
      listeners.push([req.socket.listenerCount('close'), req.socket.getMaxListeners()]);
      res.end();
    }),
  );
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  t.teardown(() => agent.destroy());
  await request(port, '/', { agent });
  for (let i = 0; i < 3; i++) {
    const recording = new HttpRecording();
    const uninstall = installHttpServer(recording.pathFor);
    await request(port, '/', { agent });
    await recording.until(1);
    uninstall();
  }
  const [count, max] = listeners[0];
  t.deepEqual(listeners.slice(1), new Array(3).fill([count + 1, max + 1]));
});

serial('should answer all the same and report a fault when the recorder throws', async (t) => {
  const faults: string[] = [];
  const uninstall = installHttpServer(
    () => {
      throw new Error('no paths today');
    },
    (code, message) => {
      faults.push(`${code}: ${message}`);
      throw new Error('no faults either');
    },
  );
  t.teardown(uninstall);
  const port = await listen(
    t,
    http.createServer((_req, res) => res.end()),
  );
  t.is(await request(port, '/'), 200);
  t.is(await request(port, '/'), 200);
  t.true(faults.length >= 1);
  t.is(faults[0], 'HTTP_SERVER_PROBE: no paths today');
});

serial("should record fastify's patterns, prefixes included, and (none) when no route's handler ran", async (t) => {
  const recording = probe(t);
  const app = fastify();
  app.get('/users/:id', async () => 'user');
  app.post('/users', async (_req, reply) => reply.code(201).send({}));
  app.get('/fails', async () => {
    throw new Error('broken');
  });
  app.get('/callback/:x', (_req, reply) => void reply.send('x'));
  app.get('/guarded', { onRequest: async (_req, reply) => reply.code(401).send('no') }, async () => 'never');
  app.get('/checked', { schema: { querystring: { type: 'object', required: ['n'] } } }, async () => 'checked');
  app.all('/any/*', async () => 'any');
  await app.register(
    async (api) => {
      api.get('/items/:item/parts', async () => 'part');
      await api.register(async (inner) => inner.get('/', async () => 'root'), { prefix: '/:version' });
    },
    { prefix: '/api' },
  );
  await app.ready();
  const port = await listen(t, app.server);
  t.teardown(() => app.close());
  for (const path of ['/users/1', '/users/2', '/fails', '/callback/7', '/guarded', '/checked', '/checked?n=1', '/any/thing/at/all'])
    await request(port, path);
  await request(port, '/users', { method: 'POST' });
  await request(port, '/users/1', { method: 'HEAD' });
  for (const path of ['/api/items/9/parts?x=1', '/api/v2', '/nowhere/1', '/nowhere/2']) await request(port, path);
  await recording.until(14);
  t.deepEqual(recording.counts, {
    'GET (none) 4xx ok': 4,
    'GET /any/* 2xx ok': 1,
    'GET /api/:version 2xx ok': 1,
    'GET /api/items/:item/parts 2xx ok': 1,
    'GET /callback/:x 2xx ok': 1,
    'GET /checked 2xx ok': 1,
    'GET /fails 5xx error': 1,
    'GET /users/:id 2xx ok': 2,
    'HEAD /users/:id 2xx ok': 1,
    'POST /users 2xx ok': 1,
  });
  t.deepEqual(recording.faults, []);
});

serial("should record nothing when fastify's inject makes a request without a server", async (t) => {
  const recording = probe(t);
  const app = fastify();
  app.get('/a', async () => 'a');
  t.is((await app.inject('/a')).statusCode, 200);
  t.deepEqual([recording.lines, recording.faults], [[], []]);
});

serial('should keep the route of an aborted request', async (t) => {
  const recording = probe(t);
  const app = fastify();
  let arrived = () => {};
  const arrival = new Promise<void>((resolve) => (arrived = resolve));
  app.get('/slow/:id', () => {
    arrived();
    return new Promise(() => {});
  });
  await app.ready();
  const port = await listen(t, app.server);
  const call = http.get({ port, host: '127.0.0.1', path: '/slow/1' });
  call.on('error', () => {});
  await arrival;
  call.destroy();
  await recording.until(1);
  t.deepEqual(recording.lines, ['GET /slow/:id aborted error']);
});

serial("should compose express's mount patterns and routes and never show a URL", async (t) => {
  const recording = probe(t);
  const app = express();
  const pass: express.RequestHandler = (_req, _res, next) => next();
  const send: express.RequestHandler = (_req, res) => void res.send('ok');
  const inner = express.Router();
  inner.get('/', send);
  inner.get('/parts/:part', pass, send);
  const api = express.Router();
  api.use(pass);
  api.use('/:any', pass);
  api.use('/items/:item', inner);
  api.get('/users/:id', send);
  api.get('/users/:id/boom', () => {
    throw new Error('broken');
  });
  const sub = express();
  sub.get('/deep/:x', send);
  app.use(pass);
  app.use('/api', pass);
  app.use('/guarded', (_req, res) => void res.status(401).end());
  app.use('/api/', api);
  app.use('/api/v:version', api);
  app.use('/sub', sub);
  app.get('/', send);
  app.get('/plain/:id', send);
  app.get(['/one/:a', '/two/:b'], send);
  app.get(/^\/re.x$/, send);
  app.get('/again/:id', (_req, _res, next) => next());
  app.get('/again/:other', send);
  app.route('/both').get(send).post(send);
  app.use('/files/*path', api);
  app.use(((_error, _req, res, _next) => void res.status(500).end()) as express.ErrorRequestHandler);
  const port = await listen(t, http.createServer(app));
  const expected: [string, string, string?][] = [
    ['/', 'GET / 2xx ok'],
    ['/plain/1?q=1', 'GET /plain/:id 2xx ok'],
    ['/two/5', 'GET /two/:b 2xx ok'],
    ['/regx', 'GET /^\\/re.x$/ 2xx ok'],
    ['/again/5', 'GET /again/:other 2xx ok'],
    ['/both', 'POST /both 2xx ok', 'POST'],
    ['/api/users/5', 'GET /api/users/:id 2xx ok'],
    ['/api/users/5/boom', 'GET /api/users/:id/boom 5xx error'],
    ['/api/items/7', 'GET /api/items/:item 2xx ok'],
    ['/api/items/7/parts/8', 'GET /api/items/:item/parts/:part 2xx ok'],
    ['/api/v2/users/5', 'GET /api/v:version/users/:id 2xx ok'],
    ['/api/v2/items/7/parts/8', 'GET /api/v:version/items/:item/parts/:part 2xx ok'],
    ['/sub/deep/1', 'GET /sub/deep/:x 2xx ok'],
    ['/guarded/x', 'GET (none) 4xx ok'],
    ['/missing/1', 'GET (none) 4xx ok'],
    ['/plain/1', 'OTHER (none) 4xx ok', 'PROPFIND'],
    ['/files/users/1', 'GET (none) 4xx ok'],
  ];
  for (const [i, [path, , method]] of expected.entries()) {
    await request(port, path, { method: method ?? 'GET' });
    await recording.until(i + 1);
  }
  t.deepEqual(
    recording.lines,
    expected.map(([, line]) => line),
  );
  t.deepEqual(recording.faults, []);
});
