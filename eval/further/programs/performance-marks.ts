// performance.mark() a request: the timeline keeps them all.
import { performance } from 'node:perf_hooks';
import { type Request, serve } from '../../corpus/service.js';

function markArrival({ id, body }: Request): void {
  performance.mark(`request-${id}`, { detail: body });
}

await serve({ leak: { itemBytes: 1360, one: markArrival } });
