// How long does a profiler stop the main thread when its profile is handed over? Longest gaps of a loop that reads the clock, on an application of 67 MB.
import { Child } from './child.js';
import type { RotationStarted, RotationVariant } from './children/rotation.js';
import { median, quantile } from './median.js';
import { atMost, type Bench, type PeerFigure, type Row, row } from './row.js';
import { runAlone } from './run-benches.js';
import type { Gap } from './run-queue.js';

const VARIANTS: readonly RotationVariant[] = ['pitot', '@datadog/pprof', 'start/stop', 'none'];
const HEAP_MB = 67;
/** Four minutes on a quiet machine. */
const CHILD_MS_MAX = 1_800_000;
/** Rotations of one process before the next has its turn. */
const TURN = 10;
/** The young generation has room for all that the watching loop makes: no collection falls into what is watched. */
const NODE_ARGS = ['--expose-gc', '--min-semi-space-size=64', '--max-semi-space-size=64'];

type Of<T> = Record<RotationVariant, T>;
const ofEach = <T>(make: () => T): Of<T> => Object.fromEntries(VARIANTS.map((name) => [name, make()])) as Of<T>;

export const rotation: Bench = {
  name: 'rotation',
  async run({ quick, progress }) {
    const [turns, starts] = quick ? [1, 2] : [15, 10];
    const small = ofEach<Gap[]>(() => []);
    const large = ofEach<Gap[]>(() => []);
    for (let i = 0; i < starts; i++) {
      progress(`first starts ${i + 1} of ${starts}`);
      for (const name of turned(i)) {
        small[name].push((await startOnce(name, 0)).start);
        large[name].push((await startOnce(name, HEAP_MB)).start);
      }
    }
    const { rotations, heapMb } = await rotate(turns, progress);
    return [...rotationRows(rotations, heapMb), ...startRows(small, large)];
  },
};

/** The order turns, so that none always follows the same neighbour. */
const turned = (by: number): RotationVariant[] => VARIANTS.map((_, i) => VARIANTS[(i + by) % VARIANTS.length]);

const spawn = (name: RotationVariant, heapMb: number): Child =>
  new Child({ script: 'rotation', pitot: false, args: [name, String(heapMb)], nodeArgs: NODE_ARGS, msMax: CHILD_MS_MAX });

async function startOnce(name: RotationVariant, heapMb: number): Promise<RotationStarted> {
  const child = spawn(name, heapMb);
  try {
    return await child.message<RotationStarted>();
  } finally {
    await child.stop().catch(() => {});
    child.remove();
  }
}

/** One process each, which take turns. */
async function rotate(turns: number, progress: (text: string) => void): Promise<{ rotations: Of<Gap[]>; heapMb: number }> {
  const rotations = ofEach<Gap[]>(() => []);
  const children = new Map<RotationVariant, Child>();
  const heapsMb: number[] = [];
  try {
    for (const name of VARIANTS) {
      const child = spawn(name, HEAP_MB);
      children.set(name, child);
      heapsMb.push((await child.message<RotationStarted>()).heapMb);
    }
    for (let turn = 0; turn < turns; turn++) {
      progress(`turn ${turn + 1} of ${turns}, ${TURN} rotations each`);
      for (const name of turned(turn)) rotations[name].push(...(await ask(children.get(name)!)));
    }
  } finally {
    await Promise.all([...children.values()].map((child) => child.stop().catch(() => {})));
    for (const child of children.values()) child.remove();
  }
  return { rotations, heapMb: Math.min(...heapsMb) };
}

async function ask(child: Child): Promise<Gap[]> {
  const gaps = child.message<Gap[]>();
  child.process.send(TURN);
  return gaps;
}

function rotationRows(rotations: Of<Gap[]>, heapMb: number): Row[] {
  const values = (name: RotationVariant, kind: keyof Gap): number[] => rotations[name].map((gap) => gap[kind]);
  const peers = (figure: (values: number[]) => number, kind: keyof Gap): PeerFigure[] =>
    VARIANTS.slice(1).map((name) => ({ name: labelOf(name), value: figure(values(name, kind)) }));
  const p99 = (gaps: number[]): number => quantile(gaps, 0.99);
  const count = rotations.pitot.length;
  const first = VARIANTS.map((name) => `${labelOf(name)} ${rotations[name][0].ownMs.toFixed(2)}`).join(', ');
  const most = VARIANTS.map((name) => `${labelOf(name)} ${Math.max(...values(name, 'ownMs')).toFixed(2)}`).join(', ');
  return [
    row({
      bench: 'rotation',
      name: 'longest pause of the main thread by a rotation, p99',
      value: p99(values('pitot', 'ownMs')),
      unit: 'ms',
      bound: atMost(5),
      peers: peers(p99, 'ownMs'),
      note: `${count} rotations each, heap ${heapMb.toFixed(0)} MB, without the time on the run queue; longest of all: ${most}; the first: ${first}`,
    }),
    row({
      bench: 'rotation',
      name: 'the same, median',
      value: median(values('pitot', 'ownMs')),
      unit: 'ms',
      peers: peers(median, 'ownMs'),
    }),
    row({
      bench: 'rotation',
      name: 'the same, p99 by the clock',
      value: p99(values('pitot', 'clockMs')),
      unit: 'ms',
      peers: peers(p99, 'clockMs'),
      note: 'with the time in which the main thread had no CPU, because others used the cores',
    }),
  ];
}

function startRows(small: Of<Gap[]>, large: Of<Gap[]>): Row[] {
  const figure = (name: string, gaps: Of<Gap[]>): Row =>
    row({
      bench: 'rotation',
      name,
      value: median(gaps.pitot.map(({ ownMs }) => ownMs)),
      unit: 'ms',
      peers: VARIANTS.slice(1).map((peer) => ({ name: labelOf(peer), value: median(gaps[peer].map(({ ownMs }) => ownMs)) })),
      note: `once a process; median of ${gaps.pitot.length} processes, longest ${Math.max(...gaps.pitot.map(({ ownMs }) => ownMs)).toFixed(1)} ms`,
    });
  return [figure('the first start, at the start of a process', small), figure(`the first start, heap ${HEAP_MB} MB`, large)];
}

const labelOf = (name: RotationVariant): string => (name === 'none' ? 'no profiler' : name);

await runAlone(import.meta.url, rotation);
