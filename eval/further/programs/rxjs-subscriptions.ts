// A subscription a request to a subject that lives as long as the process.

import { type Request, serve } from '../../corpus/service.js';
import { loadPackage } from '../../packages/load-package.js';

interface Rxjs {
  Subject: new () => { subscribe(next: (price: number) => void): unknown; next(price: number): void };
}

const { Subject } = loadPackage<Rxjs>('rxjs');
const prices = new Subject();
const quotes = { sent: 0 };

function followPrice({ body }: Request): void {
  const page = body.slice(1) + body;
  prices.subscribe((price) => {
    quotes.sent += page.length * price;
  });
}

await serve({ leak: { itemBytes: 1750, one: followPrice } });
