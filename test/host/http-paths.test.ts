// The cache of HTTP paths: labels, what is looked up once, and the limits.
import test from 'ava';
import { HTTP_KEYS_MAX } from '../../src/core/limits.js';
import { HttpPaths, NO_RESPONSE, OTHER_KEY } from '../../src/host/http-paths.js';

function paths() {
  const made: string[] = [];
  const cache = new HttpPaths(
    (name, labels) => {
      made.push(`${name} ${labels.method} ${labels.route} ${labels.status}`);
      return { endFrom: () => {} };
    },
    'http.server',
    'route',
    'aborted',
  );
  return { cache, made };
}

test('should name method, route and class of status when a request is looked up', (t) => {
  const { cache, made } = paths();
  for (const status of [101, 200, 204, 301, 404, 500, 599]) cache.sinkFor('GET', '/a/:id', status);
  t.deepEqual(made, [
    'http.server GET /a/:id 1xx',
    'http.server GET /a/:id 2xx',
    'http.server GET /a/:id 3xx',
    'http.server GET /a/:id 4xx',
    'http.server GET /a/:id 5xx',
  ]);
});

test('should intern a path once when requests of its kind repeat', (t) => {
  const { cache, made } = paths();
  const first = cache.sinkFor('GET', '/a', 200);
  t.is(cache.sinkFor('GET', '/a', 201), first);
  t.not(cache.sinkFor('PUT', '/a', 200), first);
  t.not(cache.sinkFor('GET', '/b', 200), first);
  t.is(made.length, 3);
});

test('should keep requests without a response apart from odd statuses', (t) => {
  const { cache, made } = paths();
  cache.sinkFor('GET', '/a', NO_RESPONSE);
  for (const status of [99, 600, 999, -1, Number.NaN]) cache.sinkFor('GET', '/a', status);
  t.deepEqual(made, ['http.server GET /a aborted', 'http.server GET /a other']);
});

test('should count methods nobody knows as OTHER', (t) => {
  const { cache, made } = paths();
  for (const method of ['PURGE', 'X-1', 'X-2', '__proto__', 'get']) cache.sinkFor(method, '/a', 200);
  for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'CONNECT', 'TRACE', 'QUERY']) cache.sinkFor(method, '/a', 200);
  t.is(made.length, 11);
  t.is(made[0], 'http.server OTHER /a 2xx');
});

test('should keep the first routes apart and count the rest together when there are too many', (t) => {
  const { cache, made } = paths();
  for (let i = 0; i < HTTP_KEYS_MAX + 500; i++) cache.sinkFor('GET', `/r${i}`, 200);
  for (let i = 0; i < HTTP_KEYS_MAX + 500; i++) cache.sinkFor('POST', `/r${i}`, 200);
  t.is(made.length, 2 * (HTTP_KEYS_MAX + 1));
  t.is(made[HTTP_KEYS_MAX], `http.server GET ${OTHER_KEY} 2xx`);
  t.is(made.at(-1), `http.server POST ${OTHER_KEY} 2xx`);
});
