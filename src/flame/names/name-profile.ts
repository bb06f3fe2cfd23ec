// Names all frames of a profile: source maps first, then the way people read them.
import { fileURLToPath } from 'node:url';
import { AGENT_URL } from '../../worker-urls.js';
import type { Frame, NamedProfile, Profile, RawFrame } from '../profile.js';
import { frameKey } from '../profile-builder.js';
import { type NamingOptions, nameFrame } from './frame-name.js';
import type { SourceMaps } from './source-maps.js';

export interface NameProfileOptions extends NamingOptions {
  /** Null: frames are named as V8 tells them. */
  sourceMaps: Pick<SourceMaps, 'resolve'> | null;
}

/** Both dist/workers and build/workers lie two levels below it. */
const PITOT_ROOT = fileURLToPath(new URL('../..', AGENT_URL));

/** The same profile with its frames named. Frames that come to the same name and place are one. */
export function nameProfile(profile: Profile, given: NameProfileOptions): NamedProfile {
  const options = { pitotRoot: PITOT_ROOT, ...given };
  const frames: Frame[] = [];
  const known = new Map<string, number>();
  const frameOf = new Uint32Array(profile.frames.length);
  profile.frames.forEach((raw, i) => {
    const frame = nameFrame(resolved(raw, options), options);
    const key = frameKey(frame);
    let index = known.get(key);
    if (index === undefined) {
      index = frames.push(frame) - 1;
      known.set(key, index);
    }
    frameOf[i] = index;
  });
  return { ...profile, frames, nodeFrames: profile.nodeFrames.map((frame) => frameOf[frame]) };
}

function resolved(raw: RawFrame, { sourceMaps }: NameProfileOptions): RawFrame {
  if (sourceMaps === null || raw.url === '' || raw.line === 0) return raw;
  const original = sourceMaps.resolve(raw.url, raw.line, raw.column, raw.function);
  if (original === null) return raw;
  return { function: original.function ?? raw.function, url: original.file, line: original.line, column: original.column };
}
