// pprof's protobuf, gzipped: what `go tool pprof` and profile stores read. https://github.com/google/pprof/blob/main/proto/profile.proto
import { gunzipSync, gzipSync } from 'node:zlib';
import { type Function as PprofFunction, Profile, StringTable } from 'pprof-format';
import { PitotError } from '../../core/errors.js';
import { NS_PER_MS, NS_PER_US } from '../../core/units.js';
import { VERSION } from '../../core/version.js';
import { buildCallTree, type CallNode } from '../call-tree.js';
import { type NamingOptions, urlOfFrame } from '../names/frame-name.js';
import type { Frame, NamedProfile } from '../profile.js';
import { frameKey } from '../profile-builder.js';
import { WeightedStacks } from './weighted-stacks.js';

export interface PprofOptions {
  /** Wall clock at the start of the profile, ms since the epoch; left out of the file where it is not known. */
  startAtMs?: number;
}

/** Bytes that a gzipped file may unfold to. */
const BYTES_MAX = 1024 * 1024 * 1024;

/** Values of each call path: samples, and wall time in ns, which is shown first. The label `thread` tells the threads apart. The root is left out. */
export function encodePprof(profiles: NamedProfile | readonly NamedProfile[], { startAtMs = 0 }: PprofOptions = {}): Uint8Array {
  const all = 'thread' in profiles ? [profiles] : profiles;
  const strings = new StringTable();
  const text = (value: string): number => strings.dedup(value);
  const functions: { id: number; name: number; systemName: number; filename: number; startLine: number }[] = [];
  const locations: { id: number; mappingId: number; line: { functionId: number; line: number; column: number }[] }[] = [];
  const locationOf = new Map<string, number>();
  const location = (frame: Frame): number => {
    const key = frameKey(frame);
    let id = locationOf.get(key);
    if (id === undefined) {
      id = locations.length + 1;
      const name = text(frame.function);
      functions.push({ id, name, systemName: name, filename: text(urlOfFrame(frame)), startLine: frame.line });
      locations.push({ id, mappingId: 1, line: [{ functionId: id, line: frame.line, column: frame.column }] });
      locationOf.set(key, id);
    }
    return id;
  };
  const samples: { locationId: number[]; value: number[]; label: { key: number; str: number }[] }[] = [];
  for (const profile of all) {
    const label = [{ key: text('thread'), str: text(profile.thread) }];
    for (const { node, locationId } of pathsOf(buildCallTree(profile), location))
      if (node.selfSamples > 0) samples.push({ locationId, value: [node.selfSamples, Math.round(node.selfUs * NS_PER_US)], label });
  }
  const wall = { type: text('wall'), unit: text('nanoseconds') };
  const startUs = Math.min(...all.map((profile) => profile.startUs));
  const endUs = Math.max(...all.map((profile) => profile.endUs));
  const encoded = new Profile({
    sampleType: [{ type: text('samples'), unit: text('count') }, wall],
    sample: samples,
    // Says that nothing is left to be looked up: pprof would search for a binary else.
    mapping: [{ id: 1, filename: text('node'), hasFunctions: true, hasFilenames: true, hasLineNumbers: true, hasInlineFrames: true }],
    location: locations,
    function: functions,
    timeNanos: BigInt(Math.round(startAtMs)) * BigInt(NS_PER_MS),
    durationNanos: all.length > 0 ? Math.round((endUs - startUs) * NS_PER_US) : 0,
    periodType: wall,
    period: Math.round((all[0]?.intervalUs ?? 0) * NS_PER_US),
    comment: [text(`pitot ${VERSION}`)],
    defaultSampleType: wall.type,
    stringTable: strings,
  }).encode();
  return gzipSync(encoded);
}

/**
 * Reads pprof of any origin, gzipped or not, a profile a thread where samples have a label `thread`, `thread name` or `thread id`.
 * Of several values the one of time is taken: the default of the file, else wall or CPU time, else the last.
 * @throws PitotError INPUT_FILE where it is none.
 */
export function decodePprof(bytes: Uint8Array, naming: NamingOptions, source = 'pprof file'): NamedProfile[] {
  const pprof = decoded(bytes, source);
  const text = (index: number | bigint): string => pprof.stringTable.strings[Number(index)] ?? '';
  const types = pprof.sampleType.map(({ type, unit }) => ({ type: text(type), unit: text(unit) }));
  const timeAt = timeIndex(types, text(pprof.defaultSampleType));
  const countAt = types.findIndex(({ unit }, i) => unit === 'count' && i !== timeAt);
  if (timeAt < 0) throw broken(source, 'a file without sample types');
  const usPerUnit = US_PER_UNIT[types[timeAt].unit] ?? 1;
  const functions = new Map(pprof.function.map((each) => [Number(each.id), each]));
  const locations = new Map(pprof.location.map((each) => [Number(each.id), each]));
  const threads = new Map<string, { stacks: WeightedStacks; frames: Map<number, number[]> }>();
  for (const sample of pprof.sample) {
    const label = sample.label.find(({ key }) => /^thread(?:[ _](?:name|id))?$/.test(text(key)));
    const thread = label === undefined ? 'main' : text(label.str) || String(label.num);
    let of = threads.get(thread);
    if (of === undefined) threads.set(thread, (of = { stacks: new WeightedStacks(naming), frames: new Map() }));
    const { stacks, frames } = of;
    const stack: number[] = [];
    // The leaf stands first, and of functions inlined at one place the innermost.
    for (const id of sample.locationId.map(Number).reverse()) {
      let known = frames.get(id);
      if (known === undefined) {
        known = framesOf(locations.get(id), id, functions, text).map((frame) => stacks.frame(frame));
        frames.set(id, known);
      }
      stack.push(...known);
    }
    const weight = Number(sample.value[timeAt] ?? 0) * usPerUnit;
    if (weight > 0) stacks.add(stack, weight, countAt < 0 ? 1 : Number(sample.value[countAt]));
  }
  const intervalUs = Number(pprof.period) * (US_PER_UNIT[pprof.periodType ? text(pprof.periodType.unit) : ''] ?? 0) || 0;
  return [...threads].map(([thread, { stacks }]) => stacks.build(thread, intervalUs));
}

const US_PER_UNIT: Readonly<Record<string, number>> = { nanoseconds: 1e-3, microseconds: 1, milliseconds: 1e3, seconds: 1e6, count: 1 };

function timeIndex(types: readonly { type: string; unit: string }[], preferred: string): number {
  const isTime = ({ unit }: { unit: string }): boolean => unit.endsWith('seconds');
  const candidates = [
    types.findIndex((each) => each.type === preferred && isTime(each)),
    types.findIndex((each) => each.type === 'wall' && isTime(each)),
    types.findIndex((each) => each.type === 'cpu' && isTime(each)),
    types.findIndex(isTime),
  ];
  return candidates.find((index) => index >= 0) ?? types.length - 1;
}

/** From the outermost on. */
function framesOf(
  location: Profile['location'][number] | undefined,
  id: number,
  functions: ReadonlyMap<number, PprofFunction>,
  text: (index: number | bigint) => string,
): { function: string; url: string; line: number; column: number }[] {
  const lines = location?.line ?? [];
  if (lines.length === 0) return [{ function: `0x${(location?.address || id).toString(16)}`, url: '', line: 0, column: 0 }];
  return lines.toReversed().map(({ functionId, line, column }) => {
    const known = functions.get(Number(functionId));
    if (known === undefined) return { function: '', url: '', line: 0, column: 0 };
    return { function: text(known.name), url: text(known.filename), line: Number(known.startLine) || Number(line), column: Number(column) };
  });
}

/** Every node with the locations of its path, the leaf first. */
function* pathsOf(root: CallNode, location: (frame: Frame) => number): Generator<{ node: CallNode; locationId: number[] }> {
  const stack: { node: CallNode; locationId: number[] }[] = [{ node: root, locationId: [] }];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    yield top;
    for (const child of top.node.children) stack.push({ node: child, locationId: [location(child.frame), ...top.locationId] });
  }
}

function decoded(bytes: Uint8Array, source: string): Profile {
  try {
    const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes, { maxOutputLength: BYTES_MAX }) : bytes;
    return Profile.decode(plain);
  } catch (error) {
    throw broken(source, error instanceof Error ? error.message : String(error));
  }
}

function broken(source: string, received: string): PitotError {
  const remedy = 'Take the file as the profiler wrote it.';
  return new PitotError('INPUT_FILE', { option: source, allowed: "pprof's profile.proto", received, remedy });
}
