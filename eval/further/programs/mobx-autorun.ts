// A reaction of MobX a request, never disposed of.

import { type Request, serve } from '../../corpus/service.js';
import { loadPackage } from '../../packages/load-package.js';

interface Mobx {
  observable<T extends object>(of: T): T;
  autorun(run: () => void): () => void;
}

const { observable, autorun } = loadPackage<Mobx>('mobx');
const rates = observable({ euro: 1.08 });
const totals = new Float64Array(1);

function showInEuro({ body }: Request): void {
  autorun(() => {
    totals[0] += body.length * rates.euro;
  });
}

await serve({ leak: { itemBytes: 1890, one: showInEuro } });
