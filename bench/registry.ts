// What does a call of the metrics registry cost beside the recorder's own call that it stands on?
import { runChild } from './child.js';
import { median } from './median.js';
import { atMost, type Bench, type Row, row } from './row.js';
import { runAlone } from './run-benches.js';

/** A registry call, and the recorder's call it is compared with. */
const PAIRS = [
  { name: 'commands: start + succeed', registry: 'command span', recorder: 'span' },
  {
    name: 'event store: start + end of a read, events and stream counted',
    registry: 'store read',
    recorder: 'span + two counters + gauge up and down',
  },
  { name: 'projection.processed(n)', registry: 'processed', recorder: 'counter' },
  { name: 'errors.record(kind)', registry: 'error', recorder: 'counter' },
  { name: 'commands.run, synchronous', registry: 'command run', recorder: 'time' },
] as const;
const BESIDE_NS_MAX = 5;

export const registry: Bench = {
  name: 'registry',
  async run({ quick, progress }) {
    progress('with the agent loaded, every call timed');
    const { result: costs } = await runChild<Record<string, number[]>>({
      script: 'registry-loaded',
      pitot: true,
      args: quick ? ['quick'] : [],
      env: { PITOT_OVERHEAD_BUDGET: '1' },
    });
    return PAIRS.map(({ name, registry, recorder }): Row => {
      // Of the same round: what disturbs one disturbs the other.
      const beside = median(costs[registry].map((cost, i) => cost - costs[recorder][i]));
      return row({
        bench: 'registry',
        name: `${name}, beside the recorder`,
        value: beside,
        unit: 'ns',
        bound: atMost(BESIDE_NS_MAX),
        note: `${median(costs[registry]).toFixed(1)} ns; the recorder's own (${recorder}) ${median(costs[recorder]).toFixed(1)} ns`,
      });
    });
  },
};

await runAlone(import.meta.url, registry);
