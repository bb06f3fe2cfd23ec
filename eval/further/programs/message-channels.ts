// A channel a request, whose ports nobody closes.
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { type Request, serve } from '../../corpus/service.js';

const listeners: MessagePort[] = [];

function openChannel(_request: Request): void {
  const { port1, port2 } = new MessageChannel();
  port1.on('message', () => {});
  port1.unref();
  listeners.push(port1, port2);
}

await serve({ leak: { itemBytes: 2590, one: openChannel } });
