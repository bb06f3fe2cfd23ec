// Leak 16: keys of tenants are made with Symbol.for, which keeps each for ever.
import { type Request, serve } from '../service.js';

let tenants = 0;

function tenantKey({ user }: Request): void {
  Symbol.for(`tenant:${user}:${tenants++}:settings`);
}

await serve({ leak: { itemBytes: 130, one: tenantKey } });
