// node-cache without a time to live, by a key of each request.

import { type Request, serve } from '../../corpus/service.js';
import { text } from '../../corpus/text.js';
import { loadPackage } from '../../packages/load-package.js';

type NodeCache = new (options: object) => { set(key: string, value: unknown): boolean };

const Cache = loadPackage<NodeCache>('node-cache');
const baskets = new Cache({ useClones: false });

await serve({
  leak: { itemBytes: 1500, one: ({ id, user }: Request) => void baskets.set(`${user}/${id}`, { lines: [text(600, id), text(600, id + 1)] }) },
});
