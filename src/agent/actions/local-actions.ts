// All actions that are done on this machine, by the names that rules use.

import { heapProfileAction } from '../evidence/heap-profile-action.js';
import { type HeapSession, openHeapSession } from '../evidence/heap-session.js';
import { type HeapSnapshotOptions, type HeapSnapshotSources, HeapSnapshots, heapSnapshotAction } from '../evidence/heap-snapshot-action.js';
import { readMemoryHeadroom } from '../evidence/memory-headroom.js';
import type { Action } from './action.js';
import { commandAction } from './command-action.js';
import type { CommandConfig } from './command-config.js';
import { flameAction } from './flame-action.js';
import { logAction, type WriteLog } from './log-action.js';

export interface LocalActionOptions extends HeapSnapshotOptions {
  commands: ReadonlyMap<string, CommandConfig>;
}

/** What the agent gives; the rest is the machine's own, and another one in tests. */
export interface LocalActionSources extends Omit<HeapSnapshotSources, 'open' | 'headroom'> {
  log: WriteLog;
  /** See flameAction. */
  takeFlame(sequence: string): Promise<string | null>;
  open?(isEnding: () => boolean): Promise<HeapSession | null>;
  headroom?: HeapSnapshotSources['headroom'];
}

export interface LocalActions {
  actions: Map<string, Action>;
  /** Of the action, for those who ask for one on demand. */
  snapshots: HeapSnapshots;
  /** Ends what has a line to the main thread. Before the process ends: see HeapSession. */
  close(): void;
}

export function localActions(options: LocalActionOptions, sources: LocalActionSources): LocalActions {
  const { log, takeFlame, open = openHeapSession, headroom = readMemoryHeadroom } = sources;
  const sessions = new Set<HeapSession>();
  let isClosed = false;
  const opened = async (): Promise<HeapSession | null> => {
    for (const session of sessions) if (session.isClosed) sessions.delete(session);
    const session = isClosed ? null : await open(() => isClosed);
    if (session !== null) sessions.add(session);
    if (isClosed) session?.close();
    return session;
  };
  const heap = { ...sources, open: opened, headroom };
  const snapshots = new HeapSnapshots(options, heap);
  const actions = new Map<string, Action>([
    ['log', logAction(log)],
    ['flame', flameAction(options.directory, takeFlame)],
    ['heap-profile', heapProfileAction(options, heap)],
    ['heap-snapshot', heapSnapshotAction(snapshots)],
  ]);
  for (const [name, config] of options.commands) actions.set(name, commandAction(name, config, sources));
  return {
    actions,
    snapshots,
    close() {
      isClosed = true;
      for (const session of sessions) session.close();
      sessions.clear();
    },
  };
}
