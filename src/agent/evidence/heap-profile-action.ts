// The action `heap-profile`: who allocates what is still alive, sampled for some seconds. Pauses the main thread for one full collection, at the end.

import { join } from 'node:path';
import { HEAP_PROFILES_MAX } from '../../core/evidence-limits.js';
import { HEAP_ANSWER_MS_MAX, HEAP_PROFILE_MS, HEAP_PROFILE_MS_MIN, HEAP_SAMPLE_BYTES } from '../../core/limits.js';
import { durationWords } from '../../diagnose/rules/durations.js';
import { HEAP_DIRECTORY, writeAtomically } from '../../report/files.js';
import type { Action } from '../actions/action.js';
import { heapFileName, keepNewestHeaps } from './heap-files.js';
import type { HeapSession } from './heap-session.js';
import { sendAsPause } from './own-pause.js';

export interface HeapActionOptions {
  /** The run directory. */
  directory: string;
  pid: number;
  timeScale: number;
}

export interface HeapActionSources {
  open(): Promise<HeapSession | null>;
  /** Wall clock, ms since the epoch. */
  nowMs(): number;
}

/** Length of the profile, ms: `forMs` by the time scale, and no less than a second. */
export const heapProfileMs = (timeScale: number, forMs = HEAP_PROFILE_MS): number => Math.max(HEAP_PROFILE_MS_MIN, forMs / timeScale);

export function heapProfileAction({ forMs, ...options }: HeapActionOptions & { forMs?: number }, sources: HeapActionSources): Action {
  const profileMs = heapProfileMs(options.timeScale, forMs);
  return {
    atResolve: false,
    pace: 'heavy-shared',
    timeoutMs: profileMs + 2 * HEAP_ANSWER_MS_MAX,
    run: (_alert, signal) => profile(options, profileMs, sources, signal),
  };
}

async function profile(
  { directory, pid }: HeapActionOptions,
  profileMs: number,
  { open, nowMs }: HeapActionSources,
  signal: AbortSignal,
): Promise<string> {
  const session = await open();
  if (session === null) return 'refused: the inspector is not available in this process';
  signal.addEventListener('abort', () => session.close(), { once: true });
  try {
    await session.send('HeapProfiler.enable');
    // Somebody else's sampler is not ended: stopSampling would end it for everyone.
    let taken = await runningProfile(session);
    const isOwn = taken === null;
    if (taken === null) {
      await session.send('HeapProfiler.startSampling', { samplingInterval: HEAP_SAMPLE_BYTES });
      await waitMs(profileMs, signal);
      taken = (await sendAsPause(session, 'HeapProfiler.stopSampling')) as { profile: object };
    }
    const name = heapFileName(directory, nowMs(), pid, 'heapprofile');
    writeAtomically(join(directory, HEAP_DIRECTORY), name, JSON.stringify(taken.profile));
    keepNewestHeaps(directory, 'heapprofile', HEAP_PROFILES_MAX);
    return `${HEAP_DIRECTORY}/${name} (${isOwn ? durationWords(profileMs) : 'all that is alive since the running sampler began'})`;
  } finally {
    session.close();
  }
}

/** Null: no sampler is running. */
async function runningProfile(session: HeapSession): Promise<{ profile: object } | null> {
  try {
    return (await sendAsPause(session, 'HeapProfiler.getSamplingProfile')) as { profile: object };
  } catch {
    return null;
  }
}

function waitMs(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(new Error('given up'));
    });
  });
}
