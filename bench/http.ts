// What does pitot cost a saturated server? CPU a request of a fastify hello-world, with pitot preloaded over without.
import { median } from './median.js';
import { atMost, type Bench, row } from './row.js';
import { runAlone } from './run-benches.js';
import { cpuUsPerRequest, startLoad } from './saturated-servers.js';

const VARIANTS = [{ pitot: false }, { pitot: true }];

export const http: Bench = {
  name: 'http',
  async run({ quick, progress }) {
    const [pairs, warmUpS, segmentS] = quick ? [1, 1, 1] : [12, 2, 2];
    const load = await startLoad();
    const ratios: number[] = [];
    const usPerRequest = { off: [] as number[], on: [] as number[] };
    try {
      for (let pair = 0; pair < pairs; pair++) {
        progress(`pair ${pair + 1} of ${pairs}`);
        const [off, on] = await cpuUsPerRequest(load, VARIANTS, pair, { warmUpS, segmentS });
        usPerRequest.off.push(off);
        usPerRequest.on.push(on);
        ratios.push(on / off);
      }
    } finally {
      await load.stop();
      load.remove();
    }
    return [
      row({
        bench: 'http',
        name: 'saturated fastify hello-world, CPU a request, on / off',
        value: median(ratios),
        unit: '×',
        bound: atMost(1.02),
        note: `median of ${pairs} pairs (${Math.min(...ratios).toFixed(3)} to ${Math.max(...ratios).toFixed(3)}); off ${median(usPerRequest.off).toFixed(1)} µs, on ${median(usPerRequest.on).toFixed(1)} µs a request, all threads`,
      }),
    ];
  },
};

await runAlone(import.meta.url, http);
