// Has V8 make its optimised code anew when a sampler starts: loops that it optimised while they ran, before that, would be missing from every profile.
import type { Target } from './inspector-link.js';

/**
 * V8 tells a profiler that starts of the code that functions have, and not of code it made to replace a running loop (on-stack replacement): samples in it
 * are charged to the caller, until the next major collection or for as long as the loop runs. A module that computes while it is loaded is such a
 * loop, and each loop that was hot before a restart: on Node 20 to 26 the name was lost in 9 of 10. The only command that drops such code at once is
 * the one that starts precise coverage, which is ended at once: functions run on as bytecode and are optimised again. 1–5 ms in a small heap, then
 * 0.5 to 0.8 times as long as the start itself.
 *
 * To be sent in one go with the start. Limit: coverage that a session of the host's measures ends with it.
 */
export function renewOptimisedCode(target: Target): Promise<unknown>[] {
  return [target.send('Profiler.startPreciseCoverage', { callCount: false, detailed: false }), target.send('Profiler.stopPreciseCoverage')];
}
