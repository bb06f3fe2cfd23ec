// What the runtime itself writes when the main thread's heap comes near its limit. Thread: main, once, at start. Cost: 10 µs.
import v8 from 'node:v8';
import type { ResolvedConfig } from '../config/resolve.js';

/** Of Node 26 the first, of all lines the second. */
type NearLimit = typeof v8 & { setHeapProfileNearHeapLimit?(limit: number): void };

let isArmed = false;

/** What a process with this configuration may leave near its limit; null: nothing. */
export function nearLimitFile({
  heapNearLimit,
  heapRedact,
}: Pick<ResolvedConfig, 'heapNearLimit' | 'heapRedact'>): 'heapsnapshot' | 'heapprofile' | null {
  if (heapNearLimit === 'off') return null;
  if (heapNearLimit === 'snapshot') return heapRedact ? null : 'heapsnapshot';
  return (v8 as NearLimit).setHeapProfileNearHeapLimit === undefined ? null : 'heapprofile';
}

/**
 * The files come where --diagnostic-dir says, else into the working directory of that moment: nothing can be said about it at run time. A profile is what the
 * running sampler has, and costs a few ms; a snapshot takes as long and as much memory as any, holds all contents, and is not taken where those are to go.
 */
export function armNearHeapLimit(config: Pick<ResolvedConfig, 'heapNearLimit' | 'heapRedact'>): void {
  const file = nearLimitFile(config);
  if (isArmed || file === null) return;
  try {
    if (file === 'heapsnapshot') v8.setHeapSnapshotNearHeapLimit(1);
    else (v8 as NearLimit).setHeapProfileNearHeapLimit?.(1);
    isArmed = true;
  } catch {
    // One that the permission model forbids to write: the heap profile and the reports stand in.
  }
}
