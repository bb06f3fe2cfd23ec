// A local HTTP server that answers as a test tells it, and keeps what it was sent; and an alert to send.
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Alert } from '../../../src/core/alert-types.js';

export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export type Answer = (response: ServerResponse, request: IncomingMessage, n: number) => void;

export interface Receiver {
  url: string;
  received: Received[];
  /** How it answers from now on. */
  answer: Answer;
  server: Server;
  close(): void;
}

export const ok: Answer = (response) => response.writeHead(200).end('ok');

export async function startReceiver(answer: Answer = ok): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() });
      receiver.answer(response, request, received.length);
    });
    request.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answer,
    server,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
  return receiver;
}

export const START_MS = Date.parse('2026-03-01T12:00:00.000Z');

export function alertOf(id: string, over: Partial<Alert> = {}): Alert {
  return {
    id,
    rule: 'command failure spike',
    severity: 'critical',
    state: 'firing',
    labels: { type: 'Transfer' },
    since: '2026-03-01T11:58:00.000Z',
    firedAt: '2026-03-01T12:00:00.000Z',
    value: 0.25,
    threshold: 0.1,
    message: '25 % of commands fail, more than 10 % for 2 min',
    runbook: 'Look for the pattern in the errors by type.',
    evidence: ['312 of 1 248 commands failed in the last window.', 'All of them are Transfer.'],
    actions: ['flame: flame/CPU.1.cpuprofile'],
    ...over,
  };
}

export const resolved = (alert: Alert): Alert => ({ ...alert, state: 'resolved', resolvedAt: '2026-03-01T12:05:00.000Z' });
