// Does a profiler's memory grow with code that is compiled and thrown away? RSS over 5 000 rotations, two hours of them and more, with and without a profiler.
import { Child } from './child.js';
import type { ChurnUse, ChurnVariant } from './children/churn.js';
import { median } from './median.js';
import { atMost, type Bench, type Row, row } from './row.js';
import { runAlone } from './run-benches.js';

const VARIANTS: readonly ChurnVariant[] = ['pitot', '@datadog/pprof', 'start/stop', 'none'];
const BYTES_PER_MB = 1e6;
/** Four minutes on a quiet machine. */
const CHILD_MS_MAX = 1_800_000;
/** Rotations between two looks at the memory. */
const LOT = 50;
/** Lots that warm up, and lots whose median is the memory at either end: a fifth, and a tenth. */
const WARM_UP_RATIO = 0.2;
const END_RATIO = 0.1;
/** Two at a time: memory does not depend on who else runs. */
const PAIRS = [
  [0, 1],
  [2, 3],
] as const;

export const churn: Bench = {
  name: 'churn',
  async run({ quick, progress }) {
    const lots = quick ? 4 : 100;
    const uses: Record<ChurnVariant, ChurnUse[]> = { pitot: [], '@datadog/pprof': [], 'start/stop': [], none: [] };
    const children = new Map<ChurnVariant, Child>();
    try {
      for (const name of VARIANTS) {
        const child = new Child({ script: 'churn', pitot: false, args: [name], nodeArgs: ['--expose-gc'], msMax: CHILD_MS_MAX });
        children.set(name, child);
        await child.message();
      }
      for (let lot = 0; lot < lots; lot++) {
        if (lot % 10 === 0) progress(`${lot * LOT} of ${lots * LOT} rotations`);
        for (const pair of PAIRS) {
          await Promise.all(pair.map(async (which) => uses[VARIANTS[which]].push(await ask(children.get(VARIANTS[which])!))));
        }
      }
    } finally {
      await Promise.all([...children.values()].map((child) => child.stop().catch(() => {})));
      for (const child of children.values()) child.remove();
    }
    return rows(uses, lots);
  },
};

async function ask(child: Child): Promise<ChurnUse> {
  const use = child.message<ChurnUse>();
  child.process.send(LOT);
  return use;
}

/** Median of the last lots less that of the first after the warm-up, MB. */
function growthMb(uses: readonly ChurnUse[], of: (use: ChurnUse) => number): number {
  const end = Math.max(1, Math.round(uses.length * END_RATIO));
  const warm = Math.round(uses.length * WARM_UP_RATIO);
  const at = (from: number): number => median(uses.slice(from, from + end).map(of));
  return (at(uses.length - end) - at(warm)) / BYTES_PER_MB;
}

function rows(uses: Record<ChurnVariant, ChurnUse[]>, lots: number): Row[] {
  const rss = (name: ChurnVariant): number => growthMb(uses[name], ({ rssBytes }) => rssBytes);
  const last = uses.pitot.at(-1)!;
  const rotations = lots * LOT;
  const seen = VARIANTS.map((name) => `${name} ${uses[name].at(-1)!.samples}`).join(', ');
  const highest = Math.max(...uses.pitot.map(({ rssBytes }) => rssBytes)) - median(uses.pitot.slice(0, 5).map(({ rssBytes }) => rssBytes));
  return [
    row({
      bench: 'churn',
      name: `memory grown in ${rotations} rotations with code churn (RSS), less that without a profiler`,
      value: rss('pitot') - rss('none'),
      unit: 'MB',
      bound: atMost(10),
      peers: (['@datadog/pprof', 'start/stop'] as const).map((name) => ({ name, value: rss(name) - rss('none') })),
      note: `25 sources a rotation, ${last.renewals} renewals; samples: ${seen}`,
    }),
    row({
      bench: 'churn',
      name: 'the same, as it is',
      value: rss('pitot'),
      unit: 'MB',
      bound: atMost(10),
      peers: VARIANTS.slice(1).map((name) => ({ name: name === 'none' ? 'no profiler' : name, value: rss(name) })),
      note: `from ${(lots * LOT * WARM_UP_RATIO).toFixed(0)} rotations on; pitot's highest ${(highest / BYTES_PER_MB).toFixed(1)} MB above its first; heap of its thread ${growthMb(uses.pitot, (use) => use.workerHeapBytes).toFixed(1)} MB, of main ${growthMb(uses.pitot, (use) => use.heapBytes).toFixed(1)} MB`,
    }),
  ];
}

await runAlone(import.meta.url, churn);
