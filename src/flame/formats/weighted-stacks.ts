// Formats that know stacks and weights, not moments: read into a profile as if the stacks had followed each other.
import { type NamingOptions, nameFrame } from '../names/frame-name.js';
import type { Frame, NamedProfile, RawFrame } from '../profile.js';
import { ProfileBuilder, ROOT_FUNCTION, standIn } from '../profile-builder.js';

/** Samples a profile is read into at the most; counts above it stand for fewer, longer samples. */
const SAMPLES_MAX = 1_000_000;

export class WeightedStacks {
  private readonly builder = new ProfileBuilder<Frame>(standIn(ROOT_FUNCTION));
  private readonly naming: NamingOptions;
  private timeUs = 0;
  private samples = 0;

  constructor(naming: NamingOptions) {
    this.naming = naming;
  }

  frame(raw: RawFrame): number {
    return this.builder.frame(nameFrame(raw, this.naming));
  }

  /** Frames from the outermost on. Of `count` samples of equal length where the format tells how many they were. */
  add(frames: readonly number[], weightUs: number, count = 1): void {
    let node = 0;
    for (const frame of frames) node = this.builder.node(node, frame);
    const parts = Math.max(1, Math.min(Math.round(count), SAMPLES_MAX - this.samples));
    // Moments are whole, so that sums are exact: a weight that is a whole number is found again as it was.
    for (let i = 0; i < parts; i++) this.builder.sample(node, this.timeUs + Math.floor((weightUs * i) / parts));
    this.timeUs += weightUs;
    this.samples += parts;
  }

  build(thread: string, intervalUs: number): NamedProfile {
    // The last sample has no length, and here it is no function's.
    if (this.samples > 0) this.builder.sample(0, this.timeUs);
    return this.builder.build({ thread, startUs: 0, endUs: this.timeUs, intervalUs });
  }
}
