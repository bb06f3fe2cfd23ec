// Keyv in memory: what has expired goes when it is asked for, and nobody asks.

import { type Request, serve } from '../../corpus/service.js';
import { text } from '../../corpus/text.js';
import { loadPackage } from '../../packages/load-package.js';

type Keyv = new (options: object) => { set(key: string, value: unknown, ttlMs: number): Promise<boolean> };

const Store = loadPackage<Keyv>('keyv');
const tokens = new Store({ namespace: 'tokens' });

async function rememberToken({ id, user }: Request): Promise<void> {
  await tokens.set(`${user}-${id}`, { user, token: text(900, id) }, 1000);
}

await serve({ leak: { itemBytes: 1700, one: rememberToken } });
