// The requests a server connection is working on, kept on its socket. Thread: application, each request. Forbidden: allocation per keep-alive request. Budget: 10 ns beside the two clock reads.
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { monotonicMs } from '../core/clock.js';
import type { MountedAt } from './http-express.js';

// Why on the socket. Extra cost a request (ns, Node 20 / 24, best of 25, one pinned core, real request and response objects; two clock reads alone: 96 / 62):
//     exchange on the socket, one 'close' listener a connection      95 /  95    no allocation; knows what a closing connection was working on
//     the same in a WeakMap by socket                               112 / 109
//     start under a symbol on the request                            78 /  53    and a 'close' listener a response on top, to see aborts:
//     start under a symbol on the response, on('close')             136 /  93
//     the same, once('close')                                       209 / 191
//     WeakMap by request                                            925 / 455

/** Route of requests that reached no route's handler: plain node:http, 404s, hooks and middleware that reply themselves. */
export const NO_ROUTE = '(none)';

/** Who records the exchanges of a connection. */
export interface ExchangeOwner {
  onAborted(exchange: Exchange, request: IncomingMessage): void;
}

/**
 * One request under way. The first exchange belongs to the connection and serves one request after the other; requests pipelined behind an
 * unfinished one wait in `later`.
 */
export class Exchange {
  readonly owner: ExchangeOwner;
  /** Null between requests, so that an idle connection keeps no request alive. */
  request: IncomingMessage | null;
  startMs: number;
  route = NO_ROUTE;
  mounts: MountedAt | null = null;
  later: Exchange | null = null;

  constructor(owner: ExchangeOwner, request: IncomingMessage) {
    this.owner = owner;
    this.request = request;
    this.startMs = monotonicMs();
  }
}

const EXCHANGE = Symbol('pitot.http.exchange');

/** undefined before the first request, null once closed. */
export type ProbedSocket = Socket & { [EXCHANGE]?: Exchange | null };

/** Begins the exchange of a request. A connection that outlived an earlier owner changes hands. */
export function begin(owner: ExchangeOwner, socket: ProbedSocket, request: IncomingMessage): void {
  const first = socket[EXCHANGE];
  if (first === undefined) {
    socket[EXCHANGE] = new Exchange(owner, request);
    listenForClose(socket);
  } else if (first === null) return;
  else if (first.owner !== owner) socket[EXCHANGE] = new Exchange(owner, request);
  else if (first.request === null) {
    first.request = request;
    first.route = NO_ROUTE;
    first.startMs = monotonicMs();
  } else {
    let last = first;
    while (last.later !== null) last = last.later;
    last.later = new Exchange(owner, request);
  }
}

/** The exchange of a request; null when it began before the probe, was recorded already, or is no server's (fastify's inject). */
export function exchangeOf(owner: ExchangeOwner, socket: ProbedSocket | null | undefined, request: IncomingMessage): Exchange | null {
  let exchange = socket?.[EXCHANGE] ?? null;
  if (exchange !== null && exchange.owner !== owner) return null;
  while (exchange !== null && exchange.request !== request) exchange = exchange.later;
  return exchange;
}

/** Takes a finished exchange off its connection; its start and route stay readable until the next request. */
export function release(socket: ProbedSocket, exchange: Exchange): void {
  exchange.request = null;
  exchange.mounts = null;
  const first = socket[EXCHANGE] ?? null;
  if (exchange === first) {
    if (exchange.later !== null) socket[EXCHANGE] = exchange.later;
    return;
  }
  let before = first;
  while (before !== null && before.later !== exchange) before = before.later;
  if (before !== null) before.later = exchange.later;
}

/** Once a connection. Room is made for the listener: else an application with just as many as are allowed would see Node's warning of a leak. */
function listenForClose(socket: ProbedSocket): void {
  const listenersMax = socket.getMaxListeners();
  if (listenersMax > 0) socket.setMaxListeners(listenersMax + 1);
  socket.on('close', onClose);
}

/** What the connection was still working on was aborted. */
function onClose(this: ProbedSocket): void {
  let exchange = this[EXCHANGE] ?? null;
  this[EXCHANGE] = null;
  for (; exchange !== null; exchange = exchange.later) {
    if (exchange.request !== null) exchange.owner.onAborted(exchange, exchange.request);
  }
}
