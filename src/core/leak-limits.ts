// Bounds of what is done about leaks, each with its unit and reason: those of limits.ts, apart for their number.
/** Bytes of leaks.ndjson; when it is larger it becomes leaks.1.ndjson, and a new one begins. About 8 000 verdicts in the two. */
export const LEAKS_BYTES_MAX = 8 * 1024 * 1024;
/** Period at which the leak detector is given a point, ms, divided by the time scale; samples of the main thread come once a second. */
export const LEAK_POINT_MS = 5000;
/** Time without a full collection after which the main thread may be made to have one, ms, divided by the time scale: while its loop idles, and while it is busy, where the collector is seldom so late. */
export const INDUCED_GC_MS = 600_000;
export const INDUCED_GC_BUSY_MS = 900_000;
/** Growth of the heap since the last one that makes it worth its pause: this ratio and these bytes. */
export const INDUCED_GC_GROWTH_RATIO = 1.1;
export const INDUCED_GC_GROWTH_BYTES = 5 * 1024 * 1024;
/** Largest heap that is made to, bytes: about 0.9 ms a MiB at the worst (LEAKS), a quarter of a second in ten minutes. */
export const INDUCED_GC_HEAP_BYTES_MAX = 256 * 1024 * 1024;
/** Share of the time since the last look for which a loop that idles may have been busy. */
export const INDUCED_GC_LOOP_RATIO_MAX = 0.3;
/** Most memory that the analysis of a snapshot takes beside the service, bytes: a snapshot of 2 GB fits. */
export const HEAP_ANALYSIS_BYTES_MAX = 4 * 1024 * 1024 * 1024;
/** Age of the process up to which its memory is that of a start, ms: modules, compiled code and pools come then. A time scale does not make a start shorter. */
export const LEAK_START_MS = 20_000;
/** For how long a class of memory must be without suspicion until its line says so, ms, divided by the time scale. */
export const LEAK_OVER_MS = 600_000;
/** How long memory is not looked at after a heap snapshot, ms: the allocator gives back what it can, and the collector has its next look at the rest. */
export const AFTER_SNAPSHOT_MS = 10_000;
/** Samples of the heap that tell pitot's sampler from another's, the oldest that live: 100 bytes each. */
export const OWN_SAMPLES_KNOWN_MAX = 4096;
/** A profile whose samples stand for less than this part of what is alive and younger than the sampler is not of that sampler; of fewer bytes chance says more. */
export const UNSAMPLED_RATIO_MAX = 0.25;
export const UNSAMPLED_BYTES_MIN = 32 * 1024 * 1024;
/** Pairs of caller and callee that are remembered of the CPU profile, 200 bytes each; halved by how often they were seen. */
export const CALLS_MAX = 10_000;
/** Analyses of one snapshot that are refused or fail; ACTION_RETRY_MS apart, an hour in all. */
export const ANALYSIS_TRIES_MAX = 6;
