// A histogram of prom-client with the user as a label. With the argument, one of ten plans.
import { type Request, serve } from '../../corpus/service.js';
import { loadPackage } from '../load-package.js';

interface PromClient {
  Histogram: new (options: { name: string; help: string; labelNames: string[] }) => { observe(labels: Record<string, string>, value: number): void };
}

const { Histogram } = loadPackage<PromClient>('prom-client');
const durations = new Histogram({ name: 'request_seconds', help: 'Duration of requests', labelNames: ['who'] });
const isFew = process.argv[2] === 'few-labels';
let requests = 0;

function observeRequest({ id, user }: Request): void {
  requests++;
  durations.observe({ who: isFew ? `plan ${id % 10}` : `${user}/${requests}` }, (id % 1000) / 1000);
}

await serve({ leak: { itemBytes: 813, one: observeRequest } });
