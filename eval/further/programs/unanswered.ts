// Requests that are kept and never answered: sockets, descriptors and what is held for each.
import { createServer, type ServerResponse, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Request, serve } from '../../corpus/service.js';

class PendingReply {
  readonly response: ServerResponse;
  readonly body: string;

  constructor(response: ServerResponse, body: string) {
    this.response = response;
    this.body = body;
  }
}

const pendingReplies: PendingReply[] = [];
const bodies: string[] = [];
const server = createServer((_request, response) => void pendingReplies.push(new PendingReply(response, bodies.pop() ?? '')));
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
server.unref();
const { port } = server.address() as AddressInfo;

function ask({ body }: Request): Promise<void> {
  bodies.push(body);
  return new Promise((resolve, reject) => {
    const had = pendingReplies.length;
    const outgoing = send({ port, host: '127.0.0.1', agent: false }).on('error', reject);
    outgoing.end();
    const look = (): void => void (pendingReplies.length > had ? resolve() : setImmediate(look));
    look();
  });
}

await serve({ leak: { itemBytes: 11_280, one: ask } });
