// What a thread says of itself before it is sampled: whether scripts of pitot's may run in it, and whether its coverage is measured.
import type { Target } from './inspector-link.js';

/**
 * `booting`: Node.js has not begun the worker thread's script, so that pitot's host, whose console a rotation needs, is not there yet. `measured`: coverage is measured (NODE_V8_COVERAGE, as c8 and
 * `node --test` set it), which renewOptimisedCode would end.
 */
export type Readiness = 'booting' | 'measured' | 'ready';

/** Name of the script is what makes its frames pitot's own. */
export async function readinessOf(target: Target, script: string): Promise<Readiness> {
  // A worker thread's own script stands in argv once everything that Node.js loads for itself is there. On main that was so before the preload.
  const isBooting = target.threadId === 0 ? 'false' : '!(p?.argv?.length>1)';
  const expression = `(p=>${isBooting}?'booting':p?.env?.NODE_V8_COVERAGE?'measured':'ready')(globalThis.process)\n//# sourceURL=${script}`;
  const reply = (await target.send('Runtime.evaluate', { expression, silent: true, returnByValue: true })) as { result?: { value?: unknown } };
  const value = reply.result?.value;
  return value === 'booting' || value === 'measured' ? value : 'ready';
}
