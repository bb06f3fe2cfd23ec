// fetch of undici with a fresh AbortController each: 5.14.0 holds the controller by the value that its FinalizationRegistry keeps for it.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '../../corpus/service.js';
import { loadPackage } from '../load-package.js';

const { fetch } = loadPackage<{ fetch: typeof globalThis.fetch }>('undici');

const server = createServer((_request, response) => response.end('ok'));
// Both ends stand still for a heap snapshot: by default the server would then close a connection that the client is about to use.
server.keepAliveTimeout = 0;
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

async function fetchOnce(): Promise<void> {
  const response = await fetch(url, { signal: new AbortController().signal });
  await response.text();
}

await serve({ leak: { itemBytes: 15_250, one: fetchOnce } });
