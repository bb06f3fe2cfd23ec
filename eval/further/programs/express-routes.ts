// A route a request: an Express application keeps each.

import { type Request, serve } from '../../corpus/service.js';
import { loadPackage } from '../../packages/load-package.js';

type Express = () => { get(path: string, handler: (request: unknown, response: { end(text: string): void }) => void): void };

const app = loadPackage<Express>('express')();

function publishPage({ id, body }: Request): void {
  app.get(`/pages/${id}`, (_request, response) => response.end(body));
}

await serve({ leak: { itemBytes: 2230, one: publishPage } });
