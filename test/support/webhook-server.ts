// A local HTTP server that takes what a webhook is sent, and keeps it.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WebhookPayload } from '../../src/export/sinks/webhook-payload.js';

export interface WebhookServer {
  url: string;
  /** In the order of arrival. */
  readonly received: readonly WebhookPayload[];
  /** Whether it leaves requests without an answer, and does not keep them. */
  hang(hangs: boolean): void;
  close(): Promise<void>;
}

export async function startWebhook(): Promise<WebhookServer> {
  const received: WebhookPayload[] = [];
  let hangs = false;
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      text += chunk;
    });
    request.on('end', () => {
      if (hangs) return;
      received.push(JSON.parse(text) as WebhookPayload);
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, received, hang: (on) => void (hangs = on), close };
}
