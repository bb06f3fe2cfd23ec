// What does pitot cost a saturated server? CPU a request of a fastify hello-world, with pitot preloaded over without.
import { Child } from './child.js';
import type { ServerUse } from './children/hello-server.js';
import { median } from './median.js';
import { atMost, type Bench, row } from './row.js';
import { runAlone } from './run-benches.js';

interface Server {
  child: Child;
  url: string;
  /** CPU time and requests of the measured segments. */
  cpuUs: number;
  served: number;
}

/** Within a pair: off, on, on, off; in the next pair the other way round, so that drift falls on both alike. */
const ORDERS = [
  [0, 1, 1, 0],
  [1, 0, 0, 1],
];

export const http: Bench = {
  name: 'http',
  async run({ quick, progress }) {
    const [pairs, warmUpS, segmentS] = quick ? [1, 1, 1] : [12, 2, 2];
    const load = new Child({ script: 'load', pitot: false });
    const ratios: number[] = [];
    const usPerRequest = { off: [] as number[], on: [] as number[] };
    try {
      await load.message();
      for (let pair = 0; pair < pairs; pair++) {
        progress(`pair ${pair + 1} of ${pairs}`);
        const [off, on] = await measurePair(load, ORDERS[pair % 2], warmUpS, segmentS);
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

/** CPU a request in µs of two fresh servers, without and with pitot, loaded in turn. */
async function measurePair(load: Child, order: readonly number[], warmUpS: number, segmentS: number): Promise<[number, number]> {
  const servers: Server[] = [];
  try {
    for (const pitot of [false, true]) {
      const child = new Child({ script: 'hello-server', pitot });
      servers.push({ child, url: '', cpuUs: 0, served: 0 });
      servers.at(-1)!.url = (await child.message<{ url: string }>()).url;
    }
    for (const server of servers) await saturate(load, server.url, warmUpS);
    for (const which of order) {
      const server = servers[which];
      const before = await server.child.ask<ServerUse>({});
      await saturate(load, server.url, segmentS);
      const after = await server.child.ask<ServerUse>({});
      server.cpuUs += after.cpuUs - before.cpuUs;
      server.served += after.served - before.served;
    }
    const [off, on] = servers.map(({ cpuUs, served }) => cpuUs / served);
    return [off, on];
  } finally {
    await Promise.all(servers.map(({ child }) => child.stop().catch(() => {})));
    for (const { child } of servers) child.remove();
  }
}

async function saturate(load: Child, url: string, seconds: number): Promise<void> {
  const { failed } = await load.ask<{ failed: number }>({ url, seconds });
  if (failed > 0) throw new Error(`${failed} requests failed: the figure would be of another program`);
}

await runAlone(import.meta.url, http);
