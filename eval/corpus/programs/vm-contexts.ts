// Leak 13: a vm context a tenant, kept when the tenant has gone.
import { type Context, createContext, runInContext } from 'node:vm';
import { type Request, serve } from '../service.js';

class TenantSandbox {
  readonly context: Context;

  constructor(user: string) {
    this.context = createContext({ user });
    runInContext('var rules = { discount: (cents) => cents * 0.9, label: user.toUpperCase() }; rules.discount(100)', this.context);
  }
}

const sandboxes = new Map<string, TenantSandbox>();

function openSandbox({ user }: Request): void {
  sandboxes.set(`${user}/${sandboxes.size}`, new TenantSandbox(user));
}

await serve({ leak: { itemBytes: 150_000, one: openSandbox } });
