// Fresh fastify servers, variants of one another, saturated in turn by a third process: CPU a request of each.
import { Child, type ChildOptions } from './child.js';
import type { ServerUse } from './children/hello-server.js';

/** How a variant differs from another. */
export type ServerVariant = Pick<ChildOptions, 'pitot' | 'env'>;

export interface Segments {
  /** How long each server is loaded before anything counts, and in each of its two turns, s. */
  warmUpS: number;
  segmentS: number;
}

interface Server {
  child: Child;
  url: string;
  /** CPU time and requests of the measured segments. */
  cpuUs: number;
  served: number;
}

/** The process that sends the requests lives for all rounds. */
const LOAD_MS_MAX = 1_800_000;

/** The process that sends the requests. */
export async function startLoad(): Promise<Child> {
  const load = new Child({ script: 'load', pitot: false, msMax: LOAD_MS_MAX });
  await load.message();
  return load;
}

/** CPU a request in µs of one fresh server of each variant. Each has two turns: there and back, from the variant that the round names, so that drift falls on all alike. */
export async function cpuUsPerRequest(
  load: Child,
  variants: readonly ServerVariant[],
  round: number,
  { warmUpS, segmentS }: Segments,
): Promise<number[]> {
  const servers: Server[] = [];
  try {
    for (const variant of variants) {
      const child = new Child({ script: 'hello-server', ...variant });
      servers.push({ child, url: '', cpuUs: 0, served: 0 });
      servers.at(-1)!.url = (await child.message<{ url: string }>()).url;
    }
    for (const server of servers) await saturate(load, server.url, warmUpS);
    const there = servers.map((_, i) => servers[(i + round) % servers.length]);
    for (const server of [...there, ...there.toReversed()]) {
      const before = await server.child.ask<ServerUse>({});
      await saturate(load, server.url, segmentS);
      const after = await server.child.ask<ServerUse>({});
      server.cpuUs += after.cpuUs - before.cpuUs;
      server.served += after.served - before.served;
    }
    return servers.map(({ cpuUs, served }) => cpuUs / served);
  } finally {
    await Promise.all(servers.map(({ child }) => child.stop().catch(() => {})));
    for (const { child } of servers) child.remove();
  }
}

async function saturate(load: Child, url: string, seconds: number): Promise<void> {
  const { failed } = await load.ask<{ failed: number }>({ url, seconds });
  if (failed > 0) throw new Error(`${failed} requests failed: the figure would be of another program`);
}
