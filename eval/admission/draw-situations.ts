// Random situations: heaps of any shape, with from far too little to far too much memory and disk.
import { SHAPE_NAMES, SHAPES } from './shapes.js';
import type { Situation } from './situation.js';

/** Part of the situations with a small disk in memory, and in simulated ones with a small one that is none. */
const MEMORY_DISK_RATIO = 0.15;
const SMALL_DISK_RATIO = 0.25;
/** What a snapshot of many a shape may need, MiB: around it room is drawn, since elsewhere the answer is clear. */
const neededMib = (heapMib: number): number => 16 + 24 * heapMib;
const SIMULATED_MIB_MIN = 20;
const SIMULATED_MIB_MAX = 2000;

/** Even on a scale of factors. */
const between = (random: () => number, least: number, most: number): number => least * (most / least) ** random();

export function drawReal(count: number, random: () => number, mayMount: boolean): Situation[] {
  return Array.from({ length: count }, (_, index) => {
    const shape = SHAPE_NAMES[index % SHAPE_NAMES.length];
    const heapMib = between(random, SHAPES[shape].mibMin, SHAPES[shape].mibMax);
    const isDiskMemory = mayMount && random() < MEMORY_DISK_RATIO;
    const diskMib = isDiskMemory ? between(random, heapMib, heapMib * 20) : null;
    return { shape, heapMib, leftMib: neededMib(heapMib) * between(random, 0.15, 4), diskMib, isDiskMemory, seed: index + 1 };
  });
}

export function drawSimulated(count: number, random: () => number): Situation[] {
  return Array.from({ length: count }, (_, index) => {
    const shape = SHAPE_NAMES[index % SHAPE_NAMES.length];
    const heapMib = between(random, SIMULATED_MIB_MIN, SIMULATED_MIB_MAX);
    const isDiskMemory = random() < MEMORY_DISK_RATIO;
    const diskMib = isDiskMemory || random() < SMALL_DISK_RATIO ? between(random, heapMib, heapMib * 20) : null;
    return { shape, heapMib, leftMib: neededMib(heapMib) * between(random, 0.15, 4), diskMib, isDiskMemory, seed: index + 1 };
  });
}
