// Leak 7: what outlives a request was made within it, and keeps its store of AsyncLocalStorage.
import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { type Request, serve } from '../service.js';
import { text } from '../text.js';

class RequestContext {
  readonly user: string;
  readonly trace: string;
  readonly payload: string;

  constructor({ id, user }: Request) {
    this.user = user;
    this.trace = text(32, id);
    this.payload = text(2500, id);
  }
}

const storage = new AsyncLocalStorage<RequestContext>();
/** One a client that asked to be told; clients that went are never taken out. */
const subscriptions: AsyncResource[] = [];

function handleInContext(request: Request): void {
  storage.run(new RequestContext(request), () => {
    subscriptions.push(new AsyncResource('Subscription'));
  });
}

await serve({ leak: { itemBytes: 2900, one: handleInContext } });
