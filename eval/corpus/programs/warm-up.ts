// N6: routes are compiled when they are first asked for: fast at first, ever slower, with a time constant of 20 minutes, until all are there.
import { serve } from '../service.js';
import { text } from '../text.js';

const WARM_BYTES = 30 * 2 ** 20;
const ROUTE_BYTES = 3000;
const TIME_CONSTANT_MINUTES = 20;

const compiledRoutes = new Map<number, { source: string; calls: number }>();

function compileRoutes(minute: number): void {
  const due = (WARM_BYTES / ROUTE_BYTES) * (1 - Math.exp(-minute / TIME_CONSTANT_MINUTES));
  for (let id = compiledRoutes.size; id < due; id++) compiledRoutes.set(id, { source: text(ROUTE_BYTES - 80, id), calls: 0 });
}

await serve({ eachMinute: compileRoutes });
