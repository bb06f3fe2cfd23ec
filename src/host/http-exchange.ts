// The requests a server connection is working on, kept on its socket. Thread: application, each request. Forbidden: allocation per keep-alive request. Budget: 10 ns beside the clock; bench: see CHOICE below.
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { monotonicMs } from '../core/clock.js';
import type { MountedAt } from './http-express.js';

/** Route of requests that reached no route's handler: plain node:http, 404s, hooks and middleware that reply themselves. */
export const NO_ROUTE = '(none)';

/**
 * One request under way. The first exchange belongs to the connection and serves one request after the other; requests pipelined behind an
 * unfinished one wait in `later`.
 */
export class Exchange {
  /** Null between requests, so that an idle connection keeps no request alive. */
  request: IncomingMessage | null;
  startMs: number;
  route = NO_ROUTE;
  mounts: MountedAt | null = null;
  later: Exchange | null = null;

  constructor(request: IncomingMessage) {
    this.request = request;
    this.startMs = monotonicMs();
  }
}

/** A socket with its exchanges under a private symbol: undefined before the first request, null once closed. */
export type ProbedSocket = Socket & { [key: symbol]: Exchange | null | undefined };

/** The exchange of a request; null when it began before the probe, was recorded already, or is no server's (fastify's inject). */
export function exchangeOf(socket: ProbedSocket | null | undefined, key: symbol, request: IncomingMessage): Exchange | null {
  let exchange = socket?.[key] ?? null;
  while (exchange !== null && exchange.request !== request) exchange = exchange.later;
  return exchange;
}

/** Begins an exchange on a connection that has had one. */
export function beginNext(first: Exchange, request: IncomingMessage): void {
  if (first.request === null) {
    first.request = request;
    first.route = NO_ROUTE;
    first.startMs = monotonicMs();
    return;
  }
  let last = first;
  while (last.later !== null) last = last.later;
  last.later = new Exchange(request);
}

/** Takes a finished exchange off its connection; its start and route stay readable until the next request. */
export function release(socket: ProbedSocket, key: symbol, exchange: Exchange): void {
  exchange.request = null;
  exchange.mounts = null;
  const first = socket[key];
  if (exchange === first) {
    if (exchange.later !== null) socket[key] = exchange.later;
    return;
  }
  let before = first ?? null;
  while (before !== null && before.later !== exchange) before = before.later;
  if (before !== null) before.later = exchange.later;
}
