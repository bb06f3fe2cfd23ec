// Heap snapshots, as the action `heap-snapshot` and on demand: the whole heap of the main thread in a file, where memory, disk and time allow. The main
// thread stands still meanwhile.
import { statfs } from 'node:fs/promises';
import { basename } from 'node:path';
import {
  HEAP_SNAPSHOTS_MAX,
  REPORT_FIRST_MS_MAX,
  SNAPSHOT_COOL_DOWN_MS,
  SNAPSHOT_PAUSE_MS_MAX,
  SNAPSHOT_START_MS_MAX,
} from '../../core/evidence-limits.js';
import { formatBytes } from '../../core/units.js';
import { durationWords } from '../../diagnose/rules/durations.js';
import { SnapshotRedactor } from '../../heap/redact.js';
import { readAlerts } from '../../report/alerts-log.js';
import type { Action } from '../actions/action.js';
import { SAMPLE_NOW } from '../main-session.js';
import { CollectionTime } from './collection-time.js';
import { GrowingFile, heapFileName, keepNewestHeaps } from './heap-files.js';
import type { HeapActionOptions, HeapActionSources } from './heap-profile-action.js';
import type { HeapSession } from './heap-session.js';
import type { MemoryHeadroom } from './memory-headroom.js';
import { OwnStandstill } from './own-pause.js';
import { isCollectionWorth, longestSnapshotMs, makeUpOf, refuseSnapshot } from './snapshot-admission.js';
import { claimSnapshot, type SnapshotGrant } from './snapshot-cool-down.js';
import { type SnapshotLease, takeLease } from './snapshot-lease.js';
import { syncRun } from './sync-run.js';

export interface HeapSnapshotOptions extends HeapActionOptions {
  /** PITOT_DIR, where the processes of a service share the time of their last snapshot. */
  baseDirectory: string;
  service: string;
  /** ms, not yet divided by the time scale. Default: a day. */
  coolDownMs?: number;
  /** Longest standstill of the main thread that may be expected, ms. Default: 10 s. */
  pauseMsMax?: number;
  /** False: none is taken but on demand. Default: true. */
  automatic?: boolean;
  /** As SnapshotRoom's. */
  retainBytes?: number;
  /** Contents are blanked on their way to the disk. Default: false. */
  redact?: boolean;
}

/** What a snapshot did to the process. */
export interface SnapshotTaken {
  /** Relative to the run directory. */
  file: string;
  fileBytes: number;
  /** How long main stood still, and how long it was expected to at the most. */
  pauseMs: number;
  pauseMsMax: number;
  /** Resident memory before and after: it stays high, and says nothing of a leak. */
  rssBeforeBytes: number;
  rssAfterBytes: number;
}

export interface HeapSnapshotSources extends HeapActionSources {
  headroom(): MemoryHeadroom;
  /** V8's spaces of the main thread, as of its newest sample; none where there is none. */
  spaces(): readonly { name: string; usedBytes: number }[];
  /** V8's limit of the main thread's heap; null: unknown. */
  heapLimitBytes?(): number | null;
  /** Monotonic, ms. */
  monotonicMs(): number;
  /** Puts a report of what is known so far on the disk: after the snapshot there may be no process to write one. */
  reportFirst?(): Promise<unknown>;
  /** Memory swells from here on by the snapshot's doing, until it was taken or given up. */
  onBegin?(): void;
  onEnd?(): void;
  /** Main stands still since startMs, on monotonicMs; null: no more. */
  onStandstill?(startMs: number | null): void;
  onTaken?(taken: SnapshotTaken): void;
  /** How long its begin is waited for, ms; less in tests. */
  startMsMax?: number;
}

/** A refusal is an outcome: there was no snapshot, and it says why. */
export type SnapshotOutcome = SnapshotTaken | { refused: string };

/** Whose V8 takes snapshots by interrupt, and in its own way. */
const IS_NODE_20 = Number(process.versions.v8.split('.')[0]) < 12;
/** statfs of file systems that keep files in memory: tmpfs and ramfs. */
const MEMORY_FILE_SYSTEMS = new Set([0x01021994, 0x858458f6]);

interface Claim {
  lease: SnapshotLease;
  grant: SnapshotGrant;
}

export class HeapSnapshots {
  private readonly options: HeapSnapshotOptions;
  private readonly sources: HeapSnapshotSources;
  private readonly collections = new CollectionTime();
  private isBusy = false;
  /** Files that alerts name; those of an agent thread that died are in alerts.ndjson. */
  private readonly ofAlerts = new Set<string>();
  /** Snapshots begun. */
  private count = 0;

  constructor(options: HeapSnapshotOptions, sources: HeapSnapshotSources) {
    this.options = options;
    this.sources = sources;
  }

  /** How long one is waited for, ms. */
  get longestMs(): number {
    return longestSnapshotMs(this.options.pauseMsMax ?? SNAPSHOT_PAUSE_MS_MAX);
  }

  /**
   * Takes one, if it may. On demand the cool-down is not asked, and begins anew all the same.
   * @throws what went wrong with the file or the inspector.
   */
  async take({ onDemand, signal }: { onDemand: boolean; signal: AbortSignal }): Promise<SnapshotOutcome> {
    if (this.isBusy) return { refused: 'one is being taken' };
    if (!onDemand && this.options.automatic === false) return { refused: 'taken on demand only (PITOT_HEAP_SNAPSHOT=0)' };
    this.isBusy = true;
    let session: HeapSession | null = null;
    try {
      session = await this.sources.open();
      if (session === null) return { refused: 'the inspector is not available in this process' };
      signal.addEventListener('abort', () => session?.close(), { once: true });
      // A collection that may admit it stops main: only for one that nothing else stands against.
      const claim = (await this.refusal(session, { onDemand, mayCollect: false })) ?? this.claim(onDemand);
      if (typeof claim === 'string') return { refused: claim };
      return await this.takeClaimed(session, claim, { onDemand, signal });
    } finally {
      session?.close();
      this.isBusy = false;
    }
  }

  private async takeClaimed(
    session: HeapSession,
    { lease, grant }: Claim,
    { onDemand, signal }: { onDemand: boolean; signal: AbortSignal },
  ): Promise<SnapshotOutcome> {
    let isBegun = false;
    try {
      await within(this.putDown(), REPORT_FIRST_MS_MAX);
      // Memory may have gone meanwhile; from here on it is nobody else's.
      const refused = await this.refusal(session, { onDemand, mayCollect: true });
      const begin = (): void => {
        isBegun = true;
      };
      const outcome = refused === null ? await this.write(session, onDemand, begin) : { refused };
      if ('refused' in outcome) grant.release();
      return outcome;
    } catch (error) {
      if (!isBegun) grant.release();
      throw error;
    } finally {
      // V8 cannot be stopped: where nobody waits any more, it still goes on, and takes more memory.
      if (isBegun && signal.aborted) lease.renew();
      else lease.release();
    }
  }

  /** What is known so far, on the disk itself. */
  private async putDown(): Promise<void> {
    await this.sources.reportFirst?.();
    await syncRun(this.options.directory);
  }

  /** Where a timed collection may still admit it: one is made, or, if it may not be, nothing is refused yet. */
  private async refusal(session: HeapSession, how: { onDemand: boolean; mayCollect: boolean }): Promise<string | null> {
    // What the heap consists of is as new as its size: a large array may have doubled since the last sample.
    await session.send('Runtime.evaluate', { expression: SAMPLE_NOW, silent: true });
    const { usedSize: usedBytes } = (await session.send('Runtime.getHeapUsage')) as { usedSize: number };
    const { directory, retainBytes, pauseMsMax = SNAPSHOT_PAUSE_MS_MAX } = this.options;
    const makeUp = { ...makeUpOf(this.sources.spaces()), limitBytes: this.sources.heapLimitBytes?.() ?? null };
    const heap = { usedBytes, ...makeUp, collectionMs: this.collections.expectedMs(usedBytes, this.sources.monotonicMs()) };
    const room = { memory: this.sources.headroom(), ...(await diskOf(directory)), pauseMsMax, ...(how.onDemand ? {} : { retainBytes }) };
    if (!isCollectionWorth(heap, room, IS_NODE_20)) return refuseSnapshot(heap, room, IS_NODE_20);
    if (!how.mayCollect) return null;
    await this.collections.measure(session, this.sources.monotonicMs);
    // Without its garbage the heap is smaller as well.
    return this.refusal(session, how);
  }

  /** First that no other process takes one, of whatever service: what its snapshot will take is not to be seen yet. */
  private claim(onDemand: boolean): Claim | string {
    const { baseDirectory, service, pid, coolDownMs = SNAPSHOT_COOL_DOWN_MS, timeScale } = this.options;
    const { nowMs } = this.sources;
    const lease = takeLease({ baseDirectory, service, maxMs: this.longestMs + SNAPSHOT_START_MS_MAX }, { nowMs });
    if (typeof lease === 'string') return lease;
    const grant = claimSnapshot({ baseDirectory, service, pid, coolDownMs: onDemand ? 0 : coolDownMs / timeScale, nowMs: nowMs() });
    if (typeof grant !== 'string') return { lease, grant };
    lease.release();
    return grant;
  }

  private async write(session: HeapSession, onDemand: boolean, onBegin: () => void): Promise<SnapshotOutcome> {
    const { directory, pid, redact, pauseMsMax = SNAPSHOT_PAUSE_MS_MAX } = this.options;
    const { monotonicMs, nowMs, startMsMax = SNAPSHOT_START_MS_MAX } = this.sources;
    const file = new GrowingFile(directory, heapFileName(directory, nowMs(), pid, 'heapsnapshot'));
    onBegin();
    const redactor = redact ? new SnapshotRedactor((text) => file.append(text)) : null;
    const rssBeforeBytes = process.memoryUsage.rss();
    const count = ++this.count;
    this.sources.onBegin?.();
    const standstill = new OwnStandstill(session, monotonicMs);
    let isLate = false;
    // Of its first collections V8 gives no sign, which on a busy machine may take so long: a main thread that does not answer has begun.
    const late = setTimeout(async () => {
      isLate = await standstill.isWaiting();
      if (isLate) session.close();
    }, startMsMax);
    let isOver = false;
    try {
      // Node 20 begins at once, and counts the lines before.
      standstill.watch(IS_NODE_20);
      // V8 before 11.5 (Node 20) counts the line ends of a script anew for each of its functions: minutes for a large one. The debugger has them counted
      // once (20 000 functions: 13.6 s, then 3.8). In a row with the snapshot, so that main stands still once.
      const counted = IS_NODE_20 ? [session.send('Debugger.enable'), session.send('Debugger.disable')] : [];
      session.onEvent = (method, { chunk }) => {
        if (!method.startsWith('HeapProfiler.')) return;
        clearTimeout(late);
        this.sources.onStandstill?.(standstill.begin());
        if (method !== 'HeapProfiler.addHeapSnapshotChunk') return;
        if (redactor === null) file.append(chunk as string);
        else redactor.push(chunk as string);
      };
      // Its progress tells that it has begun: from Node 22 on it waits for the loop to turn.
      await Promise.all([...counted, session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: true })]);
      const pauseMs = await standstill.end();
      isOver = true;
      redactor?.end();
      const rss = { rssBeforeBytes, rssAfterBytes: process.memoryUsage.rss() };
      const taken = { file: file.finish(), fileBytes: file.bytes, pauseMs, pauseMsMax, ...rss };
      this.sources.onTaken?.(taken);
      if (!onDemand) this.ofAlerts.add(basename(taken.file));
      keepNewestHeaps(directory, 'heapsnapshot', HEAP_SNAPSHOTS_MAX, new Set([...this.ofAlerts, ...namedByAlerts(directory)]));
      return taken;
    } catch (error) {
      isOver ||= isLate;
      if (isLate) return { refused: 'the loop of the main thread does not turn' };
      throw error;
    } finally {
      clearTimeout(late);
      file.discard();
      this.sources.onStandstill?.(null);
      // V8 goes on with what nobody waits for any more.
      if (!isOver) void this.mainIsFree().then(() => count === this.count && this.sources.onEnd?.());
      else this.sources.onEnd?.();
    }
  }

  /** When the main thread answers again, or after the longest time that a snapshot is waited for. Never rejects. */
  private async mainIsFree(): Promise<void> {
    let session: HeapSession | null = null;
    const answered = async (): Promise<void> => {
      session = await this.sources.open();
      await session?.send('Runtime.evaluate', { expression: '0', silent: true });
    };
    try {
      await within(answered(), this.longestMs);
    } catch {
      // The agent ends.
    } finally {
      (session as HeapSession | null)?.close();
    }
  }
}

export function heapSnapshotAction(snapshots: Pick<HeapSnapshots, 'take' | 'longestMs'>): Action {
  return {
    atResolve: false,
    pace: 'heavy-shared',
    timeoutMs: snapshots.longestMs,
    // The gauges of leaks carry the kind.
    uselessFor: ({ labels }) => (labels.kind === 'handles' ? 'open handles are leaking, which a heap snapshot does not show' : null),
    run: async (_alert, signal) => snapshotWords(await snapshots.take({ onDemand: false, signal })),
  };
}

export function snapshotWords(outcome: SnapshotOutcome): string {
  if ('refused' in outcome) return `refused: ${outcome.refused}`;
  return `${outcome.file} (${snapshotNote(outcome)})`;
}

/** Its size, and what it did to the process: `48.7 MiB, the main thread stood still for 1.8 s`. */
export const snapshotNote = (taken: SnapshotTaken): string =>
  `${formatBytes(taken.fileBytes)},${pauseTooLong(taken) || ` the main thread stood still for ${durationWords(taken.pauseMs)}`}`;

/** Empty: the standstill was within what was allowed. What is expected beforehand is no bound: a busy machine takes several times as long. */
export function pauseTooLong({ pauseMs, pauseMsMax }: Pick<SnapshotTaken, 'pauseMs' | 'pauseMsMax'>): string {
  if (pauseMs <= pauseMsMax) return '';
  return ` stopped the main thread for ${durationWords(pauseMs)}, where ${durationWords(pauseMsMax)} were expected at the most (PITOT_HEAP_PAUSE_MS)`;
}

/** Never rejects. */
async function within(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([
    work.catch(() => {}),
    new Promise((resolve) => {
      timer = setTimeout(resolve, ms);
    }),
  ]);
  clearTimeout(timer);
}

/** Free for this user on the disk of a directory; null where that is not told. */
function namedByAlerts(directory: string): string[] {
  const actions = readAlerts(directory).flatMap((alert) => alert.actions);
  return actions.flatMap((line) => /^heap-snapshot: heap\/(\S+\.heapsnapshot)/.exec(line)?.[1] ?? []);
}

async function diskOf(directory: string): Promise<{ diskBytes: number | null; isDiskMemory: boolean }> {
  try {
    const { bavail, bsize, type } = await statfs(directory);
    return { diskBytes: bavail * bsize, isDiskMemory: MEMORY_FILE_SYSTEMS.has(type) };
  } catch {
    return { diskBytes: null, isDiskMemory: false };
  }
}
