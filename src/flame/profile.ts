// The one profile model: columns of call-tree nodes and of samples. Every format is read into it or written from it.

/** A function at one place of the source, as V8 tells it. */
export interface RawFrame {
  /** As V8 names it; empty for anonymous functions; `(root)`, `(idle)`, `(program)`, `(garbage collector)` for its own. */
  function: string;
  /** `file:///…`, an absolute path, `node:…`, or empty for builtins. */
  url: string;
  /** 1-based; 0: unknown. */
  line: number;
  /** 1-based; 0: unknown. */
  column: number;
}

/** What a frame is, for colours and for blame: `native` are builtins and compiled code without a script, `none` is pitot's own stand-in (root, not running, merged). */
export type FrameKind = 'user' | 'package' | 'core' | 'native' | 'wasm' | 'gc' | 'program' | 'idle' | 'none';

/** A frame named the way people read it, after source maps. */
export interface Frame {
  /** Never empty: `(anonymous)` where the source has no name. */
  function: string;
  /** Relative to the working directory where it is inside, `node:…`, an absolute path, or empty. */
  file: string;
  line: number;
  column: number;
  kind: FrameKind;
  /** Name of the package for files under node_modules, else empty. */
  package: string;
}

/**
 * Samples of one thread. Node 0 is the root; a parent stands before its children. Sample i lasts until sample i + 1, the last one has no length:
 * so V8's tools and speedscope count. Times are µs of the machine's monotonic clock (`process.hrtime`), which all threads share.
 */
export interface Profile<F = RawFrame> {
  /** `main`, `worker-3`. */
  thread: string;
  startUs: number;
  endUs: number;
  /** Sampling period asked for; 0: unknown, in files that do not tell. */
  intervalUs: number;
  /** Distinct frames. */
  frames: F[];
  /** Index into frames, a node. */
  nodeFrames: Uint32Array;
  /** Index of the parent node; -1 for the root. */
  nodeParents: Int32Array;
  /** Index of the leaf node, a sample. */
  samples: Uint32Array;
  /** Moment of the sample, not falling. */
  timesUs: Float64Array;
}

/** A profile with its frames named. */
export type NamedProfile = Profile<Frame>;
