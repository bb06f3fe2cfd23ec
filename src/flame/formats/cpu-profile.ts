// V8's `.cpuprofile`: read into the profile model, and written from it for Chrome DevTools, VS Code and speedscope.
import { PitotError, show } from '../../core/errors.js';
import { urlOfFrame } from '../names/frame-name.js';
import type { Frame, NamedProfile, Profile, RawFrame } from '../profile.js';
import { NOT_RUNNING, ProfileBuilder, ROOT_FUNCTION, rawFrame } from '../profile-builder.js';

/** `Profiler.Profile` of the DevTools protocol, as far as it is read and written here. */
export interface CpuProfile {
  nodes: CpuProfileNode[];
  /** µs. */
  startTime: number;
  endTime: number;
  /** Ids of the leaf nodes. */
  samples: number[];
  /** µs from the sample before, the first from startTime. V8 delivers samples out of order at times: negative then. */
  timeDeltas: number[];
}

export interface CpuProfileNode {
  id: number;
  callFrame: {
    functionName: string;
    scriptId: string;
    url: string;
    /** 0-based; -1: unknown. */
    lineNumber: number;
    columnNumber: number;
  };
  hitCount?: number;
  children?: number[];
  /** Instead of children in files of Chrome's tracing. */
  parent?: number;
}

export interface CpuProfileOptions {
  thread: string;
  /** Sampling period. The process counts as stopped when no sample comes for 20 of them and at least a second. */
  intervalUs: number;
  /** Name of the file, for errors. */
  source?: string;
}

/** A gap between samples that is longer than both is time in which the process did not run: the sampler runs whatever the code does. */
const GAP_INTERVALS = 20;
const GAP_US_MIN = 1_000_000;

/**
 * Reads a CPU profile of one thread.
 * @throws PitotError INPUT_FILE where it is no such profile, and says in what.
 */
export function fromCpuProfile(json: CpuProfile, options: CpuProfileOptions): Profile {
  const { thread, intervalUs, source = 'CPU profile' } = options;
  const nodes = checked(json, source);
  const builder = new ProfileBuilder(rawFrame(ROOT_FUNCTION));
  const nodeOf = addNodes(nodes, builder, source);
  const { leaves, timesUs } = sortedSamples(json, nodeOf, source);
  const gapUs = Math.max(GAP_INTERVALS * intervalUs, GAP_US_MIN);
  let notRunning = -1;
  for (let i = 0; i < leaves.length; i++) {
    builder.sample(leaves[i], timesUs[i]);
    if (i + 1 === leaves.length || timesUs[i + 1] - timesUs[i] <= gapUs) continue;
    if (notRunning < 0) notRunning = builder.node(0, builder.frame(rawFrame(NOT_RUNNING)));
    if (leaves[i] !== notRunning) builder.sample(notRunning, timesUs[i] + intervalUs);
  }
  const last = timesUs.length > 0 ? timesUs[timesUs.length - 1] : json.startTime;
  return builder.build({ thread, startUs: Math.min(json.startTime, timesUs[0] ?? json.startTime), endUs: Math.max(json.endTime, last), intervalUs });
}

/** A file with the same samples, so with the same self and total times. The frames of a named profile are written under their names, in the files where people look for them. */
export function toCpuProfile(profile: Profile | NamedProfile): CpuProfile {
  const { frames, nodeFrames, nodeParents, samples, timesUs, startUs, endUs } = profile;
  const hits = new Uint32Array(nodeFrames.length);
  for (const node of samples) hits[node]++;
  const nodes: CpuProfileNode[] = Array.from(nodeFrames, (frame, i) => ({
    id: i + 1,
    callFrame: callFrame(frames[frame]),
    hitCount: hits[i],
    children: [],
  }));
  for (let i = 1; i < nodes.length; i++) nodes[nodeParents[i]].children?.push(i + 1);
  const startTime = Math.floor(startUs);
  // Whole µs, as V8 writes them, and differences of rounded times: errors of rounding do not add up.
  const at = Array.from(timesUs, Math.round);
  const timeDeltas = at.map((timeUs, i) => timeUs - (i === 0 ? startTime : at[i - 1]));
  return { nodes, startTime, endTime: Math.ceil(endUs), samples: Array.from(samples, (node) => node + 1), timeDeltas };
}

/** Median distance of samples, for files that do not tell their period; 1 000 µs, V8's default, where there are none. */
export function typicalIntervalUs(json: Pick<CpuProfile, 'timeDeltas'>): number {
  const deltas = (Array.isArray(json.timeDeltas) ? json.timeDeltas.slice(1) : []).filter((delta) => delta > 0).sort((a, b) => a - b);
  return deltas.length > 0 ? deltas[deltas.length >> 1] : 1000;
}

function callFrame(frame: RawFrame | Frame): CpuProfileNode['callFrame'] {
  return {
    functionName: frame.function === '(anonymous)' ? '' : frame.function,
    scriptId: '0',
    url: 'url' in frame ? frame.url : urlOfFrame(frame),
    lineNumber: frame.line - 1,
    columnNumber: frame.column - 1,
  };
}

/** Nodes by id. */
function checked(json: CpuProfile, source: string): Map<number, CpuProfileNode> {
  if (typeof json !== 'object' || json === null || !Array.isArray(json.nodes)) throw broken(source, 'no list of nodes');
  if (!Array.isArray(json.samples) || !Array.isArray(json.timeDeltas)) throw broken(source, 'nodes without samples and timeDeltas');
  if (json.samples.length !== json.timeDeltas.length)
    throw broken(source, `${json.samples.length} samples with ${json.timeDeltas.length} timeDeltas`);
  if (!Number.isFinite(json.startTime) || !Number.isFinite(json.endTime))
    throw broken(source, `startTime ${show(json.startTime)} and endTime ${show(json.endTime)}`);
  const nodes = new Map<number, CpuProfileNode>();
  json.nodes.forEach((node, i) => {
    if (typeof node?.id !== 'number' || typeof node.callFrame?.functionName !== 'string')
      throw broken(source, `node ${i} without an id and a callFrame: ${show(node)}`);
    if (nodes.has(node.id)) throw broken(source, `two nodes with the id ${node.id}`);
    nodes.set(node.id, node);
  });
  return nodes;
}

/** Adds the nodes, parents first whatever their order in the file; returns their index by id. */
function addNodes(nodes: ReadonlyMap<number, CpuProfileNode>, builder: ProfileBuilder<RawFrame>, source: string): Map<number, number> {
  const childrenOf = new Map<number, number[]>();
  const parentOf = new Map<number, number>();
  const link = (parent: number, child: number): void => {
    if (!nodes.has(parent) || !nodes.has(child))
      throw broken(source, `a link between nodes ${show(parent)} and ${show(child)}, which are not both there`);
    const known = parentOf.get(child);
    if (known === parent) return;
    if (known !== undefined) throw broken(source, `node ${child} under two parents`);
    parentOf.set(child, parent);
    const children = childrenOf.get(parent);
    if (children) children.push(child);
    else childrenOf.set(parent, [child]);
  };
  for (const node of nodes.values()) {
    if (Array.isArray(node.children)) for (const child of node.children) link(node.id, child);
    if (typeof node.parent === 'number') link(node.parent, node.id);
  }
  const nodeOf = new Map<number, number>();
  const queue = [...nodes.keys()].filter((id) => !parentOf.has(id));
  for (let i = 0; i < queue.length; i++) {
    const id = queue[i];
    const frame = frameOf(nodes.get(id) as CpuProfileNode);
    const parent = parentOf.get(id);
    const isRoot = parent === undefined && frame.function === ROOT_FUNCTION;
    nodeOf.set(id, isRoot ? 0 : builder.node(parent === undefined ? 0 : (nodeOf.get(parent) as number), builder.frame(frame)));
    for (const child of childrenOf.get(id) ?? []) queue.push(child);
  }
  if (nodeOf.size < nodes.size) throw broken(source, 'nodes that are their own ancestors');
  return nodeOf;
}

function frameOf({ callFrame: { functionName, url, lineNumber, columnNumber } }: CpuProfileNode): RawFrame {
  const oneBased = (number: unknown): number => (typeof number === 'number' && number >= 0 ? number + 1 : 0);
  // V8 gives (root) and its like no place; tools that copy them may give them any.
  if (functionName === ROOT_FUNCTION) return rawFrame(ROOT_FUNCTION);
  return { function: functionName, url: typeof url === 'string' ? url : '', line: oneBased(lineNumber), column: oneBased(columnNumber) };
}

function sortedSamples(json: CpuProfile, nodeOf: ReadonlyMap<number, number>, source: string): { leaves: Uint32Array; timesUs: Float64Array } {
  const leaves = new Uint32Array(json.samples.length);
  const timesUs = new Float64Array(json.samples.length);
  let timeUs = json.startTime;
  let isSorted = true;
  for (let i = 0; i < leaves.length; i++) {
    const leaf = nodeOf.get(json.samples[i]);
    if (leaf === undefined) throw broken(source, `sample ${i} of a node ${show(json.samples[i])} that is not there`);
    const delta = json.timeDeltas[i];
    if (!Number.isFinite(delta)) throw broken(source, `timeDelta ${i} of ${show(delta)}`);
    if (delta < 0 && i > 0) isSorted = false;
    timesUs[i] = timeUs += delta;
    leaves[i] = leaf;
  }
  if (isSorted) return { leaves, timesUs };
  const order = Uint32Array.from(leaves.keys()).sort((a, b) => timesUs[a] - timesUs[b] || a - b);
  return { leaves: leaves.map((_, i) => leaves[order[i]]), timesUs: timesUs.map((_, i) => timesUs[order[i]]) };
}

function broken(source: string, received: string): PitotError {
  const allowed = "V8's CPU profile: nodes, samples and timeDeltas";
  return new PitotError('INPUT_FILE', { option: source, allowed, received, remedy: 'Take the file as the profiler wrote it.' });
}
