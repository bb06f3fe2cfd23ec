// A prepared tree as the page's script gets it: columns, so that 20 000 nodes are a megabyte and not five.

import type { FlameTree } from '../../../report/report-types.js';
import type { DrawnTree } from '../drawn-tree.js';
import { inkOfChange, inkOfFrame } from '../inks.js';

/** FlameTree, and what a drawing needs beyond it. Children stand after their parents, siblings in the order in which they are drawn. */
export interface GraphData extends Omit<FlameTree, 'frames'> {
  frames: { function: string; file: string; line: number; package: string; kind: string }[];
  /** Names of inks, and the ink of each node. */
  inks: string[];
  ink: number[];
  /** 0: frame. 1: small frames. 2: deeper ones. */
  blocks: number[];
  /** DrawnNode.count. */
  counts: number[];
  /** What widths stand for; absent where it is totalUs. */
  weightUs?: number[];
  /** Absent where nothing is known of samples. */
  samples?: number[];
  beforeSelfUs?: number[];
  beforeTotalUs?: number[];
  /** 1: the change is more than noise. */
  significant?: number[];
}

const BLOCKS = { frame: 0, small: 1, deeper: 2 };

export function graphData({ nodes, isDiff, root }: DrawnTree): GraphData {
  const frames = new Map<string, number>();
  const inks = new Map<string, number>();
  const data: GraphData = { frames: [], parents: [], nodes: [], selfUs: [], totalUs: [], inks: [], ink: [], blocks: [], counts: [] };
  const indexOf = new Map(nodes.map((node, index) => [node, index]));
  const indexIn = <T>(known: Map<string, number>, list: T[], key: string, make: () => T): number => {
    let index = known.get(key);
    if (index === undefined) known.set(key, (index = list.push(make()) - 1));
    return index;
  };
  for (const node of nodes) {
    const { function: name, file, line, package: packageName, kind } = node.frame;
    const key = `${kind}\n${line}\n${packageName}\n${file}\n${name}`;
    data.nodes.push(indexIn(frames, data.frames, key, () => ({ function: name, file, line, package: packageName, kind })));
    const ink = node.kind !== 'frame' ? 'none' : isDiff ? inkOfChange(node) : inkOfFrame(node.frame);
    data.ink.push(indexIn(inks, data.inks, ink, () => ink));
    data.parents.push(node.parent === null ? -1 : (indexOf.get(node.parent) as number));
    data.selfUs.push(tenth(node.selfUs));
    data.totalUs.push(tenth(node.totalUs));
    data.blocks.push(BLOCKS[node.kind]);
    data.counts.push(node.count);
  }
  if (root.totalSamples > 0) data.samples = nodes.map((node) => node.totalSamples);
  if (isDiff) {
    data.weightUs = nodes.map((node) => tenth(node.weightUs));
    data.beforeSelfUs = nodes.map((node) => tenth(node.beforeSelfUs));
    data.beforeTotalUs = nodes.map((node) => tenth(node.beforeTotalUs));
    data.significant = nodes.map((node) => Number(node.significant));
  }
  return data;
}

/** Scaled times have decimals that nobody reads and that are half of the file. */
const tenth = (us: number): number => Math.round(us * 10) / 10;
