// Leak 2: each request listens to an emitter that outlives it.
import { EventEmitter } from 'node:events';
import { type Request, serve } from '../service.js';

class PriceFeed extends EventEmitter {}

const feed = new PriceFeed();

function watchPrice({ id, user, path }: Request): void {
  const watch = { id, user, path, seen: 0, last: `${user} at ${path}, not yet known, asked in request ${id}`.toUpperCase() };
  feed.on('price', function onPriceChange(priceCents: number) {
    watch.seen++;
    watch.last = String(priceCents);
  });
}

await serve({ leak: { itemBytes: 330, one: watchPrice } });
