// The action `heap-snapshot`: the whole heap of the main thread in a file, where memory, disk and time allow. The main thread stands still meanwhile.
import { statfs } from 'node:fs/promises';
import { HEAP_SNAPSHOTS_MAX, SNAPSHOT_COOL_DOWN_MS, SNAPSHOT_MS_MAX, SNAPSHOT_PAUSE_MS_MAX, SNAPSHOT_START_MS_MAX } from '../../core/limits.js';
import { formatBytes } from '../../core/units.js';
import { durationWords } from '../../diagnose/rules/durations.js';
import type { Action } from '../actions/action.js';
import { GrowingFile, heapFileName, keepNewestHeaps } from './heap-files.js';
import type { HeapActionOptions, HeapActionSources } from './heap-profile-action.js';
import type { HeapSession } from './heap-session.js';
import type { MemoryHeadroom } from './memory-headroom.js';
import { refuseSnapshot } from './snapshot-admission.js';
import { claimSnapshot } from './snapshot-cool-down.js';

export interface HeapSnapshotOptions extends HeapActionOptions {
  /** PITOT_DIR, where the processes of a service share the time of their last snapshot. */
  baseDirectory: string;
  service: string;
  /** ms, not yet divided by the time scale. Default: a day. */
  coolDownMs?: number;
  /** Longest standstill of the main thread that may be expected, ms. Default: 10 s, a heap of 170 MiB. */
  pauseMsMax?: number;
}

export interface HeapSnapshotSources extends HeapActionSources {
  headroom(): MemoryHeadroom;
  /** Part of the main thread's heap in large objects, 0..1: largeRatioOf the newest sample's spaces. */
  largeRatio(): number;
  /** Monotonic, ms. */
  monotonicMs(): number;
  /** Told how long main stood still, ms. */
  onTaken?(pauseMs: number): void;
  /** How long its begin is waited for, ms; less in tests. */
  startMsMax?: number;
}

/** Whose V8 takes snapshots by interrupt, and in its own way. */
const IS_NODE_20 = Number(process.versions.v8.split('.')[0]) < 12;

export function heapSnapshotAction(options: HeapSnapshotOptions, sources: HeapSnapshotSources): Action {
  return {
    atResolve: false,
    pace: 'heavy-shared',
    timeoutMs: SNAPSHOT_MS_MAX,
    async run(_alert, signal) {
      const session = await sources.open();
      try {
        if (session === null) return 'refused: the inspector is not available in this process';
        signal.addEventListener('abort', () => session.close(), { once: true });
        const why = await refusal(session, options, sources);
        return why === null ? await take(session, options, sources) : `refused: ${why}`;
      } finally {
        session?.close();
      }
    },
  };
}

async function refusal(session: HeapSession, options: HeapSnapshotOptions, sources: HeapSnapshotSources): Promise<string | null> {
  const { usedSize: heapUsedBytes } = (await session.send('Runtime.getHeapUsage')) as { usedSize: number };
  const room = {
    memory: sources.headroom(),
    diskBytes: await freeBytes(options.directory),
    pauseMsMax: options.pauseMsMax ?? SNAPSHOT_PAUSE_MS_MAX,
  };
  return (
    refuseSnapshot({ heapUsedBytes, largeRatio: sources.largeRatio() }, room) ??
    claimSnapshot({
      baseDirectory: options.baseDirectory,
      service: options.service,
      pid: options.pid,
      coolDownMs: (options.coolDownMs ?? SNAPSHOT_COOL_DOWN_MS) / options.timeScale,
      nowMs: sources.nowMs(),
    })
  );
}

async function take(session: HeapSession, { directory, pid }: HeapSnapshotOptions, sources: HeapSnapshotSources): Promise<string> {
  const file = new GrowingFile(directory, heapFileName(directory, sources.nowMs(), pid, 'heapsnapshot'));
  let isLate = false;
  const late = setTimeout(() => {
    isLate = true;
    session.close();
  }, sources.startMsMax ?? SNAPSHOT_START_MS_MAX);
  try {
    // V8 before 11.5 (Node 20) counts the line ends of a script anew for each of its functions: minutes for a large one. The debugger has them counted once
    // (20 000 functions: 13.6 s, then 3.8).
    if (IS_NODE_20) {
      await session.send('Debugger.enable');
      await session.send('Debugger.disable');
    }
    // Node 20 begins at once; its first sign of progress comes after a full collection.
    let startMs = IS_NODE_20 ? sources.monotonicMs() : Number.NaN;
    session.onEvent = (method, { chunk }) => {
      clearTimeout(late);
      if (Number.isNaN(startMs)) startMs = sources.monotonicMs();
      if (method === 'HeapProfiler.addHeapSnapshotChunk') file.append(chunk as string);
    };
    // Its progress tells when it begins: from Node 22 on it waits for the loop to turn.
    await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: true });
    const tookMs = sources.monotonicMs() - startMs;
    const name = file.finish();
    sources.onTaken?.(tookMs);
    keepNewestHeaps(directory, 'heapsnapshot', HEAP_SNAPSHOTS_MAX);
    return `${name} (${formatBytes(file.bytes)}, the main thread stood still for ${durationWords(tookMs)})`;
  } catch (error) {
    if (isLate) return 'refused: the loop of the main thread does not turn';
    throw error;
  } finally {
    clearTimeout(late);
    file.discard();
  }
}

/** Free for this user on the disk of a directory; null where that is not told. */
async function freeBytes(directory: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  } catch {
    return null;
  }
}
