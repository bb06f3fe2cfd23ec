// Profiles -> sums of busy, self and total time in blocks of neighbouring samples: what the bootstrap of a diff draws from.

import type { NamedProfile } from '../profile.js';
import type { BlockRows } from './bootstrap.js';
import type { FunctionTable, ToCommonFile } from './function-table.js';

/**
 * Blocks a side is cut into. Schmeiser 1982 ("Batch size effects in the analysis of simulation output"): beyond 30 there is little more to know
 * about the noise, and fewer means longer ones, which hold slow changes better. 64 samples of a minute are a second each.
 */
export const BLOCKS = 64;
/** With so many profiles (windows) a side, each is a block. */
export const WINDOWS_MIN = 20;
/** Below so many blocks, or samples that are not idle, nothing is said. */
export const BLOCKS_MIN = 8;
export const BUSY_SAMPLES_MIN = 100;

/** One side of a diff. */
export interface ProfileSide {
  profiles: readonly NamedProfile[];
  /** False for formats that keep no order (folded stacks, pprof): neighbours are unknown then. */
  ordered: boolean;
}

/** Numbers of a row; function i has two more from FIRST_FUNCTION + 2 i: self, total. All in µs. */
export const BUSY = 0;
export const WALL = 1;
export const FIRST_FUNCTION = 2;

export interface BlockSums {
  rows: BlockRows;
  /** Samples that are not idle, as if all had the same length: (Σ length)² / Σ length². */
  busySamples: number;
  samples: number;
  /** What a block is, for people. */
  block: 'window' | 'samples' | 'shuffled samples';
  /** Mean length of a block, samples. */
  blockSamples: number;
}

/**
 * Cuts a side into blocks that never cross a profile's end: whole profiles where there are at least WINDOWS_MIN, else stretches of
 * samples / BLOCKS samples, but not shorter than the cube root of their number (the order that Künsch 1989 finds best). Wall time is that of the
 * main thread (of the first one named, without a main thread). Without an order, samples are dealt to BLOCKS blocks at random.
 */
export function sumBlocks(side: ProfileSide, table: FunctionTable, toCommonFile: ToCommonFile, random: () => number): BlockSums {
  const samples = side.profiles.reduce((sum, profile) => sum + profile.samples.length, 0);
  const isWhole = side.ordered && side.profiles.length >= WINDOWS_MIN;
  const blockSamples = isWhole ? samples / side.profiles.length : Math.max(samples / BLOCKS, Math.ceil(Math.cbrt(samples)));
  const reference = side.profiles.some(({ thread }) => thread === 'main') ? 'main' : side.profiles[0]?.thread;
  const rows: BlockRows = { width: 0, strata: new Uint32Array(0), columns: [], values: [] };
  const strata: number[] = [];
  let [lengthSum, squareSum] = [0, 0];
  for (const profile of side.profiles) {
    const isReference = profile.thread === reference;
    const sampleCount = Math.max(0, profile.samples.length - 1);
    const blocks = !side.ordered ? BLOCKS : isWhole ? 1 : Math.max(1, Math.round(profile.samples.length / blockSamples));
    const sampleUs = profile.intervalUs > 0 ? profile.intervalUs : shortUs(profile);
    const sums = Array.from({ length: blocks }, () => new Map<number, number>());
    const paths = new NodePaths(profile, table, toCommonFile);
    for (let i = 0; i < sampleCount; i++) {
      const lengthUs = profile.timesUs[i + 1] - profile.timesUs[i];
      const path = paths.of(profile.samples[i]);
      const parts = side.ordered ? 1 : Math.max(1, Math.round(lengthUs / sampleUs));
      for (let part = 0; part < parts; part++) {
        const block = sums[side.ordered ? Math.floor((i * blocks) / sampleCount) : Math.floor(random() * blocks)];
        addSample(block, path, lengthUs / parts, isReference);
        if (path === null) continue;
        lengthSum += lengthUs / parts;
        squareSum += (lengthUs / parts) ** 2;
      }
    }
    for (const block of sums) {
      rows.columns.push(Uint32Array.from(block.keys()));
      rows.values.push(Float64Array.from(block.values()));
      strata.push(isReference ? 0 : 1);
    }
  }
  rows.strata = Uint32Array.from(strata);
  rows.width = FIRST_FUNCTION + 2 * table.infos.length;
  const block = !side.ordered ? 'shuffled samples' : isWhole ? 'window' : 'samples';
  return { rows, samples, busySamples: squareSum === 0 ? 0 : lengthSum ** 2 / squareSum, block, blockSamples };
}

/**
 * Length of one sample where a format writes all of a stack as one long one and does not tell: most stacks of a profile are seen once or twice, so that
 * of the shorter ones, a quarter. Where all are long, that makes samples few and intervals wide.
 */
function shortUs({ timesUs }: NamedProfile): number {
  const lengths = Array.from(timesUs.subarray(1), (timeUs, i) => timeUs - timesUs[i])
    .filter((lengthUs) => lengthUs > 0)
    .sort((a, b) => a - b);
  return lengths[lengths.length >> 2] ?? 1;
}

function addSample(block: Map<number, number>, path: Uint32Array | null, lengthUs: number, isReference: boolean): void {
  const add = (column: number): void => void block.set(column, (block.get(column) ?? 0) + lengthUs);
  if (isReference) add(WALL);
  if (path === null) return;
  add(BUSY);
  add(FIRST_FUNCTION + 2 * path[0]);
  for (const index of path) add(FIRST_FUNCTION + 2 * index + 1);
}

/** The distinct functions from a node to the root, worked out once a node; null for time in which the thread did nothing. */
class NodePaths {
  private readonly profile: NamedProfile;
  private readonly functionOf: (number | undefined)[] = [];
  private readonly known: (Uint32Array | null | undefined)[] = [];
  private readonly table: FunctionTable;
  private readonly toCommonFile: ToCommonFile;

  constructor(profile: NamedProfile, table: FunctionTable, toCommonFile: ToCommonFile) {
    this.profile = profile;
    this.table = table;
    this.toCommonFile = toCommonFile;
  }

  of(node: number): Uint32Array | null {
    let path = this.known[node];
    if (path === undefined) this.known[node] = path = this.walk(node);
    return path;
  }

  private walk(leaf: number): Uint32Array | null {
    const { frames, nodeFrames, nodeParents } = this.profile;
    if (!isBusy(frames[nodeFrames[leaf]].kind)) return null;
    const path = new Set<number>();
    for (let node = leaf; node >= 0; node = nodeParents[node]) {
      const frame = nodeFrames[node];
      if (!isBusy(frames[frame].kind)) continue;
      path.add((this.functionOf[frame] ??= this.table.indexFor(frames[frame], this.toCommonFile(frames[frame].file))));
    }
    return Uint32Array.from(path);
  }
}

const isBusy = (kind: string): boolean => kind !== 'idle' && kind !== 'none';
