// Builds the columns of a profile: frames and nodes are added once each, by what they are.
import type { Frame, Profile, RawFrame } from './profile.js';

/** The root, and pitot's stand-ins for time in which no code can be named. They have no file, and names that no function has. */
export const ROOT_FUNCTION = '(root)';
/** The process was stopped or the machine suspended. */
export const NOT_RUNNING = '(not running)';
/** The process ran, but no profile was taken. */
export const NOT_PROFILED = '(not profiled)';

export const rawFrame = (name: string): RawFrame => ({ function: name, url: '', line: 0, column: 0 });

/** A frame of pitot's own, without a place in any source. */
export const standIn = (name: string): Frame => ({ function: name, file: '', line: 0, column: 0, kind: 'none', package: '' });

/** Equal for frames that are equal in every field. */
export function frameKey(frame: RawFrame | Frame): string {
  return 'url' in frame
    ? `${frame.function}\n${frame.line}\n${frame.column}\n${frame.url}`
    : `${frame.function}\n${frame.line}\n${frame.column}\n${frame.file}\n${frame.kind}\n${frame.package}`;
}

/** Node 0, the root, is there from the start. Samples must be added in order of time. */
export class ProfileBuilder<F extends RawFrame | Frame> {
  readonly frames: F[] = [];
  private readonly nodeFrames: number[] = [];
  private readonly nodeParents: number[] = [];
  private readonly samples: number[] = [];
  private readonly timesUs: number[] = [];
  private readonly frameIndex = new Map<string, number>();
  private readonly nodeIndex: Map<number, number>[] = [];

  constructor(root: F) {
    this.addNode(-1, this.frame(root));
  }

  /** Index of the frame, the same for equal frames. */
  frame(frame: F): number {
    const key = frameKey(frame);
    let index = this.frameIndex.get(key);
    if (index === undefined) {
      index = this.frames.push(frame) - 1;
      this.frameIndex.set(key, index);
    }
    return index;
  }

  /** Index of the node of a frame under a parent, the same whenever both are. */
  node(parent: number, frame: number): number {
    let children = this.nodeIndex[parent];
    if (children === undefined) this.nodeIndex[parent] = children = new Map();
    let index = children.get(frame);
    if (index === undefined) {
      index = this.addNode(parent, frame);
      children.set(frame, index);
    }
    return index;
  }

  sample(node: number, timeUs: number): void {
    this.samples.push(node);
    this.timesUs.push(timeUs);
  }

  get lastTimeUs(): number {
    return this.timesUs.length > 0 ? this.timesUs[this.timesUs.length - 1] : Number.NEGATIVE_INFINITY;
  }

  build(about: { thread: string; startUs: number; endUs: number; intervalUs: number }): Profile<F> {
    const { thread, startUs, endUs, intervalUs } = about;
    return {
      thread,
      startUs,
      endUs,
      intervalUs,
      frames: this.frames,
      nodeFrames: Uint32Array.from(this.nodeFrames),
      nodeParents: Int32Array.from(this.nodeParents),
      samples: Uint32Array.from(this.samples),
      timesUs: Float64Array.from(this.timesUs),
    };
  }

  private addNode(parent: number, frame: number): number {
    this.nodeParents.push(parent);
    return this.nodeFrames.push(frame) - 1;
  }
}
