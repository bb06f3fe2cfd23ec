// Heap snapshots on demand: asked for by the API, or by another process through a file in the run directory, which the user of the process alone can write.
import { lstatSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { REQUEST_AGE_MS_MAX, REQUEST_BYTES_MAX, REQUESTS_MAX } from '../../core/evidence-limits.js';
import { writeAtomically } from '../../report/files.js';
import { type LocatedProcess, thisProcess } from '../process-owner.js';
import { type HeapSnapshots, snapshotWords } from './heap-snapshot-action.js';

/** Hidden, within the run directory. */
export const REQUEST_DIRECTORY = '.requests';

/** A token tells the answers to two askers apart. */
export const requestName = (token: string): string => `heap-snapshot.${token}.json`;
export const seenName = (token: string): string => `heap-snapshot.${token}.seen.json`;
export const answerName = (token: string): string => `heap-snapshot.${token}.answer.json`;

export interface SnapshotRequest {
  /** When it was asked for, ISO 8601. */
  at: string;
}

/** Who is at a request, and how long that may take, ms: it depends on the standstill that its user allows. */
export interface SnapshotSeen extends LocatedProcess {
  withinMs: number;
}

/** file: absolute; null where there is none. */
export interface SnapshotAnswer {
  file: string | null;
  /** What came of it, in words. */
  reason: string;
}

export class SnapshotRequests {
  private readonly directory: string;
  private readonly snapshots: Pick<HeapSnapshots, 'take' | 'longestMs'>;
  private readonly nowMs: () => number;

  /** directory: the run directory. nowMs: wall clock. */
  constructor(directory: string, snapshots: Pick<HeapSnapshots, 'take' | 'longestMs'>, nowMs: () => number) {
    this.directory = directory;
    this.snapshots = snapshots;
    this.nowMs = nowMs;
  }

  /** Never rejects. */
  async take(): Promise<SnapshotAnswer> {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), this.snapshots.longestMs);
    try {
      const outcome = await this.snapshots.take({ onDemand: true, signal: abort.signal });
      if ('refused' in outcome) return { file: null, reason: outcome.refused };
      return { file: join(this.directory, outcome.file), reason: snapshotWords(outcome) };
    } catch (error) {
      return { file: null, reason: `failed: ${(error as Error).message}` };
    } finally {
      clearTimeout(timer);
    }
  }

  /** Answers what has been asked for since the last poll. Never rejects. */
  async poll(): Promise<void> {
    const asked = this.requests();
    await Promise.all(
      asked.map(async (token) => {
        this.tell(seenName(token), { ...thisProcess(), withinMs: this.snapshots.longestMs } satisfies SnapshotSeen);
        this.tell(answerName(token), await this.take());
      }),
    );
  }

  private tell(name: string, content: SnapshotSeen | SnapshotAnswer): void {
    try {
      writeAtomically(join(this.directory, REQUEST_DIRECTORY), name, JSON.stringify(content));
    } catch {
      // Nobody is told; whoever asked gives up.
    }
  }

  /** Tokens of requests that are young and the user's own. Each is removed: it is answered once. */
  private requests(): string[] {
    const directory = join(this.directory, REQUEST_DIRECTORY);
    const tokens: string[] = [];
    try {
      if (statSync(directory, { throwIfNoEntry: false }) === undefined) return [];
      for (const name of readdirSync(directory)) {
        const file = join(directory, name);
        const token = /^heap-snapshot\.([0-9a-f]{1,64})\.json$/.exec(name)?.[1];
        const isDue = token !== undefined && this.isValid(file);
        // What is not to be read yet may be about to be given to this user.
        if (isDue || this.nowMs() - lstatSync(file).mtimeMs > REQUEST_AGE_MS_MAX) rmSync(file, { force: true });
        if (isDue && tokens.length < REQUESTS_MAX) tokens.push(token);
      }
    } catch {
      // Removed meanwhile, or not to be read: as if nobody had asked.
    }
    return tokens;
  }

  private isValid(file: string): boolean {
    const { uid, size, mode } = lstatSync(file);
    const isOwn = process.geteuid === undefined || uid === process.geteuid();
    if (!isOwn || (mode & 0o170000) !== 0o100000 || size > REQUEST_BYTES_MAX) return false;
    try {
      const ageMs = this.nowMs() - Date.parse((JSON.parse(readFileSync(file, 'utf8')) as SnapshotRequest).at);
      return Math.abs(ageMs) <= REQUEST_AGE_MS_MAX;
    } catch {
      return false;
    }
  }
}
