// Cuts and joins profiles in time: the segments that rotation leaves become one profile, and a stall's interval is cut out of it.
import type { Frame, Profile, RawFrame } from './profile.js';
import { NOT_PROFILED, ProfileBuilder, ROOT_FUNCTION, rawFrame, standIn } from './profile-builder.js';

/** Between segments that do not meet, more than so many sampling periods are time without a profile; fewer are an ordinary distance of samples. */
const UNSEEN_INTERVALS = 2;

/**
 * Joins consecutive segments of one thread, in order of time. Where they overlap each moment is taken from the earlier one: V8 gives one and the same sample
 * to all profiles that run. Linear in nodes and samples.
 */
export function mergeSegments<F extends RawFrame | Frame>(segments: readonly Profile<F>[]): Profile<F> {
  if (segments.length === 1) return segments[0];
  const [first] = segments;
  const builder = new ProfileBuilder<F>(first ? first.frames[first.nodeFrames[0]] : (rawFrame(ROOT_FUNCTION) as F));
  const isNamed = first !== undefined && 'file' in first.frames[first.nodeFrames[0]];
  let seenUntilUs = Number.POSITIVE_INFINITY;
  let startUs = Number.POSITIVE_INFINITY;
  let endUs = Number.NEGATIVE_INFINITY;
  for (const segment of segments) {
    if (segment.startUs - seenUntilUs > UNSEEN_INTERVALS * segment.intervalUs && Number.isFinite(builder.lastTimeUs)) {
      const frame = (isNamed ? standIn(NOT_PROFILED) : rawFrame(NOT_PROFILED)) as F;
      builder.sample(builder.node(0, builder.frame(frame)), Math.max(seenUntilUs, builder.lastTimeUs));
    }
    const nodeOf = addNodes(builder, segment);
    const { samples, timesUs } = segment;
    const lastUs = builder.lastTimeUs;
    for (let i = 0; i < samples.length; i++) if (timesUs[i] > lastUs) builder.sample(nodeOf[samples[i]], timesUs[i]);
    startUs = Math.min(startUs, segment.startUs);
    seenUntilUs = endUs = Math.max(endUs, segment.endUs);
  }
  const last = segments.at(-1);
  return builder.build({
    thread: first?.thread ?? 'main',
    startUs: last ? startUs : 0,
    endUs: last ? endUs : 0,
    intervalUs: last?.intervalUs ?? 0,
  });
}

/**
 * Exactly the interval, within the time from the first to the last sample: the sample in force at its start stands at its start, and one without length at its end,
 * so that the self times add up to its length. Nodes without samples are left out. No samples where the interval and the profile do not meet.
 */
export function sliceProfile<F extends RawFrame | Frame>(profile: Profile<F>, startUs: number, endUs: number): Profile<F> {
  const { thread, intervalUs, frames, nodeFrames, nodeParents, samples, timesUs } = profile;
  const builder = new ProfileBuilder<F>(frames[nodeFrames[0]]);
  const fromUs = Math.max(startUs, timesUs[0] ?? Number.POSITIVE_INFINITY);
  const toUs = Math.min(endUs, timesUs[timesUs.length - 1] ?? Number.NEGATIVE_INFINITY);
  if (!(fromUs <= toUs)) {
    const atUs = Math.min(Math.max(startUs, profile.startUs), profile.endUs);
    return builder.build({ thread, startUs: atUs, endUs: atUs, intervalUs });
  }
  const nodeOf = new Int32Array(nodeFrames.length).fill(-1);
  nodeOf[0] = 0;
  const path: number[] = [];
  const add = (leaf: number, timeUs: number): void => {
    let node = leaf;
    for (; nodeOf[node] < 0; node = nodeParents[node]) path.push(node);
    for (let next = path.pop(); next !== undefined; next = path.pop())
      nodeOf[next] = builder.node(nodeOf[nodeParents[next]], builder.frame(frames[nodeFrames[next]]));
    builder.sample(nodeOf[leaf], timeUs);
  };
  const first = lastAtOrBefore(timesUs, fromUs);
  add(samples[first], fromUs);
  let i = first + 1;
  for (; i < samples.length && timesUs[i] < toUs; i++) if (timesUs[i] > fromUs) add(samples[i], timesUs[i]);
  // A sample at the very end begins there; before it, the one in force is repeated.
  if (toUs > fromUs) add(i < samples.length && timesUs[i] === toUs ? samples[lastAtOrBefore(timesUs, toUs)] : samples[i - 1], toUs);
  return builder.build({ thread, startUs: fromUs, endUs: toUs, intervalUs });
}

/** Index of the last sample at or before a moment; several may stand at one. */
function lastAtOrBefore(timesUs: Float64Array, timeUs: number): number {
  let low = 0;
  let high = timesUs.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (timesUs[middle] <= timeUs) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Adds the nodes of a profile; returns their index in the builder. Parents stand before their children. */
function addNodes<F extends RawFrame | Frame>(builder: ProfileBuilder<F>, { frames, nodeFrames, nodeParents }: Profile<F>): Uint32Array {
  const frameOf = frames.map((frame) => builder.frame(frame));
  const nodeOf = new Uint32Array(nodeFrames.length);
  for (let i = 1; i < nodeFrames.length; i++) nodeOf[i] = builder.node(nodeOf[nodeParents[i]], frameOf[nodeFrames[i]]);
  return nodeOf;
}
