// speedscope's own format: one sampled profile a thread, in order of time. https://www.speedscope.app/file-format-schema.json
import { PitotError, show } from '../../core/errors.js';
import { VERSION } from '../../core/version.js';
import { type NamingOptions, urlOfFrame } from '../names/frame-name.js';
import type { Frame, NamedProfile } from '../profile.js';
import { frameKey } from '../profile-builder.js';
import { WeightedStacks } from './weighted-stacks.js';

export interface SpeedscopeFile {
  $schema: 'https://www.speedscope.app/file-format-schema.json';
  name?: string;
  exporter?: string;
  activeProfileIndex?: number;
  shared: { frames: SpeedscopeFrame[] };
  profiles: SpeedscopeProfile[];
}

export interface SpeedscopeFrame {
  name: string;
  file?: string;
  line?: number;
  col?: number;
}

export type SpeedscopeUnit = 'none' | 'nanoseconds' | 'microseconds' | 'milliseconds' | 'seconds' | 'bytes';

export type SpeedscopeProfile = { name: string; unit: SpeedscopeUnit; startValue: number; endValue: number } & (
  | { type: 'sampled'; samples: number[][]; weights: number[] }
  | { type: 'evented'; events: { type: 'O' | 'C'; frame: number; at: number }[] }
);

const US_PER_UNIT: Readonly<Record<SpeedscopeUnit, number>> = {
  none: 1,
  bytes: 1,
  nanoseconds: 1e-3,
  microseconds: 1,
  milliseconds: 1e3,
  seconds: 1e6,
};

/** Times are µs from the start of the earliest profile on. */
export function toSpeedscope(profiles: readonly NamedProfile[], name = 'CPU'): SpeedscopeFile {
  const frames: SpeedscopeFrame[] = [];
  const frameIndex = new Map<string, number>();
  const indexOf = (frame: Frame): number => {
    const key = frameKey(frame);
    let index = frameIndex.get(key);
    if (index === undefined) {
      index = frames.push(speedscopeFrame(frame)) - 1;
      frameIndex.set(key, index);
    }
    return index;
  };
  const startUs = Math.min(...profiles.map((profile) => profile.timesUs[0] ?? profile.startUs));
  return {
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    name,
    exporter: `pitot ${VERSION}`,
    shared: { frames },
    profiles: profiles.map((profile) => sampled(profile, startUs, indexOf)),
  };
}

/** @throws PitotError INPUT_FILE where it is no such file, and says in what. */
export function fromSpeedscope(json: SpeedscopeFile, naming: NamingOptions, source = 'speedscope file'): NamedProfile[] {
  const frames = json?.shared?.frames;
  if (!Array.isArray(frames) || !Array.isArray(json.profiles)) throw broken(source, 'no shared.frames, or no profiles');
  return json.profiles.map((profile, i) => {
    const stacks = new WeightedStacks(naming);
    const usPerUnit = US_PER_UNIT[profile.unit] ?? 1;
    const frameOf = frames.map((frame) =>
      stacks.frame({ function: String(frame.name ?? ''), url: frame.file ?? '', line: frame.line ?? 0, column: frame.col ?? 0 }),
    );
    const known = (frame: number): number => {
      if (frameOf[frame] === undefined) throw broken(source, `a frame ${show(frame)} in profile ${i} that is not there`);
      return frameOf[frame];
    };
    if (profile.type === 'sampled') {
      const { samples, weights } = profile;
      if (samples?.length !== weights?.length) throw broken(source, `${samples?.length} samples with ${weights?.length} weights in profile ${i}`);
      samples.forEach((stack, at) => {
        if (weights[at] > 0) stacks.add(stack.map(known), weights[at] * usPerUnit);
      });
    } else if (profile.type === 'evented') {
      addEvents(profile, (stack, weight) => stacks.add(stack.map(known), weight * usPerUnit));
    } else throw broken(source, `a profile of type ${show((profile as { type?: unknown }).type)}`);
    return stacks.build(profile.name || 'main', 0);
  });
}

function sampled(
  { thread, nodeFrames, nodeParents, frames, samples, timesUs }: NamedProfile,
  startUs: number,
  indexOf: (frame: Frame) => number,
): SpeedscopeProfile {
  const frameOf = frames.map(indexOf);
  const stackOf = new Map<number, number[]>();
  const stack = (leaf: number): number[] => {
    let known = stackOf.get(leaf);
    if (known === undefined) {
      known = [];
      for (let node = leaf; node > 0; node = nodeParents[node]) known.unshift(frameOf[nodeFrames[node]]);
      stackOf.set(leaf, known);
    }
    return known;
  };
  const atUs = (i: number): number => (timesUs[i] ?? startUs) - startUs;
  return {
    type: 'sampled',
    name: thread,
    unit: 'microseconds',
    startValue: atUs(0),
    endValue: atUs(timesUs.length - 1),
    samples: Array.from(samples, stack),
    weights: Array.from(samples, (_, i) => (i + 1 < samples.length ? timesUs[i + 1] - timesUs[i] : 0)),
  };
}

function speedscopeFrame(frame: Frame): SpeedscopeFrame {
  const url = urlOfFrame(frame);
  if (url === '') return { name: frame.function };
  return frame.line === 0 ? { name: frame.function, file: url } : { name: frame.function, file: url, line: frame.line, col: frame.column };
}

/** Time between events belongs to the stack that is open. */
function addEvents({ events, startValue }: Extract<SpeedscopeProfile, { type: 'evented' }>, add: (stack: number[], weight: number) => void): void {
  const open: number[] = [];
  let last = startValue;
  for (const { type, frame, at } of events) {
    if (at > last) add(open, at - last);
    last = Math.max(last, at);
    if (type === 'O') open.push(frame);
    else open.splice(Math.max(0, open.lastIndexOf(frame)));
  }
}

function broken(source: string, received: string): PitotError {
  const remedy = 'Export the file from speedscope or from a tool that writes its format.';
  return new PitotError('INPUT_FILE', { option: source, allowed: "speedscope's file format", received, remedy });
}
