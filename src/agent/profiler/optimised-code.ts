// Has V8 make its optimised code anew, once a thread: loops that it optimised while they ran, before the sampler began, would be missing from every profile.
import type { Target } from './inspector-link.js';

/**
 * V8 tells a profiler that starts of the code that functions have, and not of code it made to replace a running loop (on-stack replacement): samples in it
 * are charged to the caller, until the next major collection or for as long as the loop runs. A module that computes while it is loaded is such a
 * loop. The only command that drops such code at once is the one that starts precise coverage, which is ended at once: functions run on as
 * bytecode and are optimised again. To be done when little is optimised yet, so at the first start alone: 1–5 ms on an idle machine.
 *
 * A thread whose coverage is measured (NODE_V8_COVERAGE, as c8 and `node --test` set it) is left alone: the measurement would end with that command.
 */
export async function renewOptimisedCode(target: Target, script: string): Promise<void> {
  const expression = `globalThis.process?.env?.NODE_V8_COVERAGE??''\n//# sourceURL=${script}`;
  const reply = (await target.send('Runtime.evaluate', { expression, silent: true, returnByValue: true })) as { result?: { value?: unknown } };
  if (reply.result?.value !== '') return;
  await target.send('Profiler.startPreciseCoverage', { callCount: false, detailed: false });
  await target.send('Profiler.stopPreciseCoverage');
}
