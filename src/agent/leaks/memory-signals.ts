// Memory that is in no heap, and what the process keeps open: the signals of leaks that the collector does not see. Thread: agent.
import { readdirSync } from 'node:fs';
import type { Resources } from '../../host/resources.js';
import type { ApplicationThreads } from '../application-threads.js';
import type { MainSession } from '../main-session.js';
import type { OwnThreads } from '../own-threads.js';

export interface MemorySignalSources {
  threads: ApplicationThreads;
  own: OwnThreads;
  session(): MainSession | null;
}

/** Counts by name: `descriptors`, `worker threads`, `native contexts`, `detached contexts`, `listener warnings`, and active resources by Node.js's type. */
export interface Handles {
  [name: string]: number;
}

export class MemorySignals {
  /** As of the newest refresh. */
  handles: Handles = {};
  newestListenerWarning = '';
  /** Of native memory what heap snapshots of pitot's own left behind: pitot's, not the application's. The leak detector knows. */
  snapshotBytes: () => number = () => 0;
  private readonly sources: MemorySignalSources;

  constructor(sources: MemorySignalSources) {
    this.sources = sources;
  }

  /** Resident memory outside of all heaps and of what their objects hold, without pitot's own, bytes. */
  nativeBytes(): number {
    const { own, threads } = this.sources;
    let bytes = process.memoryUsage.rss() - own.heapBytes();
    for (const thread of threads) {
      const sample = thread.readSample();
      if (sample !== null) bytes -= sample.heapTotalBytes + sample.externalBytes;
    }
    return Math.max(0, bytes);
  }

  /** Counts anew. What the main thread keeps open is not told while it runs native code: the last counts stay. */
  async refresh(): Promise<void> {
    const { threads } = this.sources;
    const main = threads.main?.readSample() ?? null;
    const counted: Handles = { 'worker threads': Math.max(0, [...threads].length - 1) };
    const descriptors = countDescriptors();
    if (descriptors !== null) counted.descriptors = descriptors;
    if (main !== null) {
      counted['native contexts'] = main.nativeContexts;
      counted['detached contexts'] = main.detachedContexts;
    }
    this.handles = { ...this.handles, ...counted };
    const resources = (await this.sources.session()?.readResources()) ?? null;
    if (resources === null) return;
    this.newestListenerWarning = resources.newestListenerWarning;
    this.handles = { ...counted, 'listener warnings': resources.listenerWarnings, ...prefixed(resources) };
  }
}

/** Null where the platform does not tell. pitot's own are among them, a constant few. */
function countDescriptors(): number | null {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return null;
  }
}

const prefixed = ({ active }: Resources): Handles => Object.fromEntries(Object.entries(active).map(([type, count]) => [`active ${type}`, count]));
