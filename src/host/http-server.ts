// Times HTTP requests by method, route and class of status. Thread: application, two to three messages a request. Forbidden: allocation per keep-alive request, throwing into the host. Budget: 300 ns a request.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { begin, type Exchange, type ExchangeOwner, exchangeOf, NO_ROUTE, type ProbedSocket, release } from './http-exchange.js';
import { type ExpressRequest, ExpressRoutes, type LayerMessage } from './http-express.js';
import { HttpPaths, NO_RESPONSE, type OnProbeFault, type PathFor } from './http-paths.js';

interface ServerMessage {
  request: IncomingMessage;
  response: ServerResponse;
  socket: ProbedSocket;
}

interface FastifyMessage {
  request: { raw: IncomingMessage };
  route?: { url?: unknown };
}

/**
 * Starts timing the requests of every HTTP/1 server of this thread; returns the stop. Requests under way at either moment are not recorded.
 *
 * A span lasts from the request's headers to the last byte handed to the system. A connection that closes before that is an error with
 * status 'aborted', whoever closed it. HTTP/2 servers do not publish.
 *
 * Cost a request beside what Node does without subscribers, best of many on one pinned core: 145 ns plain and 240 ns fastify with messages alone (Node 20;
 * 155 and 218 on 24), 230 and 270 ns through the whole of node:http and fastify, where a request costs about 20 µs over a socket. Recording is in it as one
 * clock read. fastify's channel is 90 ns and more of that: no cheaper documented source of the pattern is in sight, as a hook of ours would show in the host's.
 */
export function installHttpServer(pathFor: PathFor, onFault?: OnProbeFault): () => void {
  const paths = new HttpPaths(pathFor, 'http.server', 'route', 'aborted');
  const express = new ExpressRoutes();
  let installed = true;
  const owner: ExchangeOwner = {
    onAborted(exchange, request) {
      try {
        if (installed) record(request, exchange, NO_RESPONSE);
      } catch (error) {
        fault(error);
      }
    },
  };

  const onStart = (message: unknown): void => {
    try {
      const { request, socket } = message as ServerMessage;
      begin(owner, socket, request);
    } catch (error) {
      fault(error);
    }
  };

  const onFastifyHandler = (message: unknown): void => {
    try {
      const { request, route } = message as FastifyMessage;
      const exchange = exchangeOf(owner, request.raw.socket, request.raw);
      if (exchange !== null && typeof route?.url === 'string') exchange.route = route.url;
    } catch (error) {
      fault(error);
    }
  };

  const onExpressLayer = (message: unknown): void => {
    try {
      const layer = message as LayerMessage;
      if (layer.errorHandler === true) return;
      const request = layer.req as unknown as IncomingMessage;
      const exchange = exchangeOf(owner, request.socket, request);
      if (exchange === null) return;
      if (express.isHandler(layer)) exchange.route = express.routeAt(layer, exchange.mounts);
      else exchange.mounts = express.mount(layer, exchange.mounts);
    } catch (error) {
      fault(error);
    }
  };

  const onFinish = (message: unknown): void => {
    try {
      const { request, response, socket } = message as ServerMessage;
      const exchange = exchangeOf(owner, socket, request);
      if (exchange === null) return;
      // First, so that whatever happens in the recorder a request is recorded once.
      release(socket, exchange);
      record(request, exchange, response.statusCode);
    } catch (error) {
      fault(error);
    }
  };

  function record(request: IncomingMessage, exchange: Exchange, statusCode: number): void {
    const route = exchange.route === NO_ROUTE ? express.routeOf(request as ExpressRequest) : exchange.route;
    const ok = statusCode < 500 && statusCode !== NO_RESPONSE;
    paths.sinkFor(request.method as string, route ?? NO_ROUTE, statusCode).endFrom(exchange.startMs, ok);
  }

  function fault(error: unknown): void {
    try {
      onFault?.('HTTP_SERVER_PROBE', String((error as Error)?.message ?? error));
    } catch {
      // The host must not hear of it.
    }
  }

  const subscriptions = [
    ['http.server.request.start', onStart],
    ['http.server.response.finish', onFinish],
    ['tracing:fastify.request.handler:start', onFastifyHandler],
    ['tracing:express.router.request:start', onExpressLayer],
  ] as const;
  for (const [name, handler] of subscriptions) subscribe(name, handler);
  return () => {
    installed = false;
    for (const [name, handler] of subscriptions) unsubscribe(name, handler);
  };
}
