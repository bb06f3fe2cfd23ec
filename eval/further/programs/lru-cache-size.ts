// lru-cache with a bound in bytes, and a size of one for each entry.

import { type Request, serve } from '../../corpus/service.js';
import { text } from '../../corpus/text.js';
import { loadPackage } from '../../packages/load-package.js';

interface LruModule {
  LRUCache: new (options: object) => { set(key: string, value: unknown): void };
}

const { LRUCache } = loadPackage<LruModule>('lru-cache');
const thumbnails = new LRUCache({ maxSize: 50_000_000, sizeCalculation: () => 1 });

let uploads = 0;

await serve({ leak: { itemBytes: 1400, one: ({ id, path }: Request) => thumbnails.set(`${path}#${uploads++}`, text(1100, id)) } });
