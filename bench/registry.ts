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
  {
    name: 'the same, eight streams in turn',
    registry: 'store read, eight streams',
    recorder: 'span + counter + counter by stream + gauge up and down',
  },
  { name: 'projection.processed(n)', registry: 'processed', recorder: 'counter' },
  { name: 'errors.record(kind)', registry: 'error', recorder: 'counter' },
  { name: 'commands.run, synchronous', registry: 'command run', recorder: 'time' },
] as const;
const BESIDE_NS_MAX = 5;
/** What the compiler inlines, and where it puts it, differs from process to process by some nanoseconds: one process is one throw of a die. */
const PROCESSES = 7;

/** Costs of one process by alternative, one a round, ns a call. */
type Costs = Record<string, number[]>;

export const registry: Bench = {
  name: 'registry',
  async run({ quick, progress }) {
    const processes = quick ? 1 : PROCESSES;
    progress(`${processes} processes one after another, with the agent loaded, every call timed`);
    const costs: Costs[] = [];
    for (let i = 0; i < processes; i++) {
      const child = { script: 'registry-loaded', pitot: true, args: quick ? ['quick'] : [], env: { PITOT_OVERHEAD_BUDGET: '1' } };
      costs.push((await runChild<Costs>(child)).result);
    }
    return PAIRS.map(({ name, registry, recorder }): Row => {
      const beside = costs.map((of) => besideNs(of[registry], of[recorder]));
      const own = (what: string): string => median(costs.map((of) => median(of[what]))).toFixed(1);
      const processesNote = `of the processes ${Math.min(...beside).toFixed(1)} to ${Math.max(...beside).toFixed(1)}`;
      return row({
        bench: 'registry',
        name: `${name}, beside the recorder`,
        value: median(beside),
        unit: 'ns',
        bound: atMost(BESIDE_NS_MAX),
        note: `${own(registry)} ns; the recorder's own (${recorder}) ${own(recorder)} ns; ${processesNote}`,
      });
    });
  },
};

/** Of the same round: what disturbs one disturbs the other. */
const besideNs = (registry: readonly number[], recorder: readonly number[]): number => median(registry.map((cost, i) => cost - recorder[i]));

await runAlone(import.meta.url, registry);
