// An interceptor a request, added to the one client of all.

import { type Request, serve } from '../../corpus/service.js';
import { loadPackage } from '../../packages/load-package.js';

interface Axios {
  create(): { interceptors: { request: { use(interceptor: (config: object) => object): number } } };
}

const client = loadPackage<Axios>('axios').create();

function signRequests({ user, body }: Request): void {
  const token = Buffer.from(body.slice(0, 700)).toString('base64');
  client.interceptors.request.use((config) => ({ ...config, headers: { authorization: `${user} ${token}` } }));
}

await serve({ leak: { itemBytes: 1250, one: signRequests } });
