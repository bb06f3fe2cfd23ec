// Times requests that the application makes, by node:http(s) and by fetch (undici), by method, host and class of status. Thread: application, two to three messages a request. Forbidden: throwing into the host. Budget: 1 µs a request, of the 100 µs and more that one costs.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { monotonicMs } from '../core/clock.js';
import { ClientHosts } from './http-hosts.js';
import { HttpPaths, NO_RESPONSE, type OnProbeFault, type PathFor } from './http-paths.js';

interface NodeMessage {
  request: ClientRequest;
  response: IncomingMessage;
}

interface UndiciMessage {
  request: { origin?: unknown; method?: string };
  response: { statusCode: number };
}

/** In place of a start, which is never negative. */
const RECORDED = -1;

/**
 * Starts timing the requests of this thread; returns the stop. Requests under way at either moment are not recorded.
 *
 * A span lasts until the headers of the response, for both clients: bodies that nobody reads never end, and `fetch` resolves then too. It begins when
 * the request is made; on Node 20, which does not tell, node:http's begins when the request has been sent whole. Each hop of a redirect is
 * a request. One that ends before its response has status 'error'; a body that breaks off later is not seen.
 */
export function installHttpClient(pathFor: PathFor, onFault?: OnProbeFault): () => void {
  const paths = new HttpPaths(pathFor, 'http.client', 'host', 'error');
  const hosts = new ClientHosts();
  /** Start of each request under way, ms. Nothing is put on the requests themselves: undici's are not Node's to extend. */
  const startsMs = new WeakMap<object, number>();

  const begin = (message: unknown): void => {
    try {
      const { request } = message as { request: object };
      // node:http on Node 22 and later tells of `created` and of `start`: the first counts.
      if (!startsMs.has(request)) startsMs.set(request, monotonicMs());
    } catch (error) {
      fault(error);
    }
  };

  const onNodeResponse = (message: unknown): void => {
    try {
      const { request, response } = message as NodeMessage;
      const startMs = take(request);
      if (startMs >= 0) record(request.method, hosts.ofNode(request), response.statusCode ?? NO_RESPONSE, startMs);
    } catch (error) {
      fault(error);
    }
  };

  const onNodeError = (message: unknown): void => {
    try {
      const { request } = message as NodeMessage;
      // Node 20 tells nothing of a request that fails before it is sent whole: it is counted, with no duration.
      const startMs = startsMs.has(request) ? take(request) : monotonicMs();
      if (startMs >= 0) record(request.method, hosts.ofNode(request), NO_RESPONSE, startMs);
      startsMs.set(request, RECORDED);
    } catch (error) {
      fault(error);
    }
  };

  const onUndiciHeaders = (message: unknown): void => {
    try {
      const { request, response } = message as UndiciMessage;
      // 103 Early Hints and the like: the response is yet to come.
      if (response.statusCode < 200) return;
      const startMs = take(request);
      if (startMs >= 0) record(request.method, hosts.ofOrigin(request.origin), response.statusCode, startMs);
    } catch (error) {
      fault(error);
    }
  };

  const onUndiciError = (message: unknown): void => {
    try {
      const { request } = message as UndiciMessage;
      const startMs = take(request);
      if (startMs >= 0) record(request.method, hosts.ofOrigin(request.origin), NO_RESPONSE, startMs);
    } catch (error) {
      fault(error);
    }
  };

  /** Start of a request that is recorded now; RECORDED when it was before, or began before the probe. */
  function take(request: object): number {
    const startMs = startsMs.get(request);
    if (startMs === undefined) return RECORDED;
    // Not deleted: a message that comes late would begin the request again.
    startsMs.set(request, RECORDED);
    return startMs;
  }

  function record(method: string | undefined, host: string, statusCode: number, startMs: number): void {
    paths.sinkFor(method ?? 'GET', host, statusCode).endFrom(startMs, statusCode < 500 && statusCode !== NO_RESPONSE);
  }

  function fault(error: unknown): void {
    try {
      onFault?.('HTTP_CLIENT_PROBE', String((error as Error)?.message ?? error));
    } catch {
      // The host must not hear of it.
    }
  }

  const subscriptions = [
    ['http.client.request.created', begin],
    ['http.client.request.start', begin],
    ['http.client.response.finish', onNodeResponse],
    ['http.client.request.error', onNodeError],
    ['undici:request:create', begin],
    ['undici:request:headers', onUndiciHeaders],
    ['undici:request:error', onUndiciError],
  ] as const;
  for (const [name, handler] of subscriptions) subscribe(name, handler);
  return () => {
    for (const [name, handler] of subscriptions) unsubscribe(name, handler);
  };
}
