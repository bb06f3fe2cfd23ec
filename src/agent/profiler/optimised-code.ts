// Has V8 make its optimised code anew, once a thread: loops that it optimised while they ran, before the sampler began, would be missing from every profile.
import { PROFILER_RESTART_MS_MAX } from '../../core/limits.js';
import type { Target } from './inspector-link.js';
import { predictRestartMs } from './sampling-rate.js';

/**
 * V8 tells a profiler that starts of the code that functions have, and not of code it made to replace a running loop (on-stack replacement): samples in it
 * are charged to the caller, until the next major collection or for as long as the loop runs. A module that computes while it is loaded is such a
 * loop. The only command that drops such code at once is the one that starts precise coverage, which is ended at once: functions run on as
 * bytecode and are optimised again. To be done when little is optimised yet, so at the first start alone. Like the start it walks the heap: about 1 ms a MiB;
 * where that would take longer than PROFILER_RESTART_MS_MAX it is left out.
 *
 * A thread whose coverage is measured (NODE_V8_COVERAGE, as c8 and `node --test` set it) is left alone: the measurement would end with that command.
 */
export async function renewOptimisedCode(target: Target, script: string): Promise<void> {
  const evaluate = async (source: string): Promise<unknown> => {
    const params = { expression: `${source}\n//# sourceURL=${script}`, silent: true, returnByValue: true };
    return ((await target.send('Runtime.evaluate', params)) as { result?: { value?: unknown } }).result?.value;
  };
  const { totalSize } = (await target.send('Runtime.getHeapUsage')) as { totalSize: number };
  if (predictRestartMs(totalSize) > PROFILER_RESTART_MS_MAX) return;
  if ((await evaluate("globalThis.process?.env?.NODE_V8_COVERAGE??''")) !== '') return;
  // Sent at once, so that one interrupt serves them all and the time between is a pause that pitot caused.
  await Promise.all([
    evaluate(`(h=>{if(h)h.renewedAt=h.pauseBegin()})(${HOST})`),
    target.send('Profiler.startPreciseCoverage', { callCount: false, detailed: false }),
    target.send('Profiler.stopPreciseCoverage'),
    evaluate(`(h=>h?.pauseEnd(h.renewedAt))(${HOST})`),
  ]);
}

const HOST = "globalThis[Symbol.for('pitot.host.1')]";
