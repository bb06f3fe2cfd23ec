// Composition of express patterns from the messages of its router, without express: mounts that are hard to tell apart, and versions without the channel.
import test from 'ava';
import { ExpressRoutes, type MountedAt } from '../../src/host/http-express.js';

/** Runs the mounts given as [baseUrl, pattern] and returns the route of a handler at baseUrl. */
function routeAfter(mounts: [string, unknown][], baseUrl: string, route: unknown): string {
  const express = new ExpressRoutes();
  let mounted: MountedAt | null = null;
  for (const [base, pattern] of mounts) mounted = express.mount({ req: { baseUrl: base }, layer: {}, route: pattern }, mounted);
  return express.routeAt({ req: { baseUrl }, layer: {}, route }, mounted);
}

test('should join the patterns of nested mounts', (t) => {
  t.is(routeAfter([], '', '/a/:id'), '/a/:id');
  t.is(routeAfter([['/api', '/api']], '/api', '/a'), '/api/a');
  t.is(
    routeAfter(
      [
        ['/api', '/api'],
        ['/api/v1', '/:version'],
        ['/api/v1/x/y', '/:a/:b'],
      ],
      '/api/v1/x/y',
      '/z',
    ),
    '/api/:version/:a/:b/z',
  );
});

test('should tell a mount in a router from one beside it when their URLs begin alike', (t) => {
  t.is(
    routeAfter(
      [
        ['/api', '/api'],
        ['/api/items', '/api/:kind'],
      ],
      '/api/items',
      '/1',
    ),
    '/api/:kind/1',
  );
});

test('should take the newest mount when two have the same URL', (t) => {
  t.is(
    routeAfter(
      [
        ['/api', '/:any'],
        ['/api', '/api'],
      ],
      '/api',
      '/a',
    ),
    '/api/a',
  );
});

test('should not double slashes when patterns end or begin with one', (t) => {
  t.is(routeAfter([['/api', '/api/']], '/api', '/a'), '/api/a');
  t.is(routeAfter([['/api', '/api']], '/api', '/'), '/api');
});

test('should nest under the nearest mount when a pattern has no fixed length', (t) => {
  t.is(
    routeAfter(
      [
        ['/api', '/api'],
        ['/api/a/b', '/*rest'],
      ],
      '/api/a/b',
      '/c',
    ),
    '/api/*rest/c',
  );
  t.is(routeAfter([['/ab', /^\/a./]], '/ab', '/c'), '/^\\/a.//c');
});

test('should say (mount) and never the URL when nobody told of a mount', (t) => {
  t.is(routeAfter([], '/customer/4711', '/a'), '(mount)/a');
});

test('should tell handlers of the route from middleware', (t) => {
  const express = new ExpressRoutes();
  const layer = {};
  t.true(express.isHandler({ req: { route: { stack: [{}, layer] } }, layer, route: '/' }));
  t.false(express.isHandler({ req: { route: { stack: [{}] } }, layer, route: '/' }));
  t.false(express.isHandler({ req: {}, layer, route: '/' }));
});

test('should take the route from the request when express has no channel', (t) => {
  const express = new ExpressRoutes();
  t.is(express.routeOf({ route: { path: '/a/:id' }, baseUrl: '' }), '/a/:id');
  t.is(express.routeOf({ route: { path: ['/a', '/b'] } }), '/a,/b');
  t.is(express.routeOf({ route: { path: '/:id' }, baseUrl: '/users/4711' }), '(mount)/:id');
  t.is(express.routeOf({ route: { path: '/' }, baseUrl: '/users' }), '(mount)');
  t.is(express.routeOf({}), null);
});
