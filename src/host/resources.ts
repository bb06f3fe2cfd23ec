// What the thread keeps open, by type, and emitters that were warned of for their listeners: counts that only grow are leaks outside of the heap. Thread: application,
// by the agent's interrupt, every 10 s. Budget: 50 ns a resource.

interface ListenersWarning {
  name: string;
  message: string;
  emitter?: { constructor?: { name?: string } };
  type?: string | symbol;
  count?: number;
}

/** Counts of one moment, as the agent reads them. */
export interface Resources {
  /** Active resources by Node.js's type: `TCPSocketWrap`, `Timeout`, `FSReqCallback`. */
  active: { [type: string]: number };
  /** MaxListenersExceededWarning so far. Node.js warns once an emitter and event. */
  listenerWarnings: number;
  /** The newest of them, as `11 data listeners on Socket`; empty: none. */
  newestListenerWarning: string;
}

export class ResourceCounts {
  private listenerWarnings = 0;
  private newest = '';

  /** Counts warnings from now on; returns the stop. */
  watchWarnings(): () => void {
    const onWarning = (warning: ListenersWarning): void => {
      if (warning?.name !== 'MaxListenersExceededWarning') return;
      this.listenerWarnings++;
      this.newest =
        `${warning.count ?? 'too many'} ${String(warning.type ?? '')} listeners on ${warning.emitter?.constructor?.name ?? 'an emitter'}`.slice(
          0,
          200,
        );
    };
    process.on('warning', onWarning as (warning: Error) => void);
    return () => process.removeListener('warning', onWarning as (warning: Error) => void);
  }

  read(): Resources {
    const active: Resources['active'] = {};
    for (const type of process.getActiveResourcesInfo()) active[type] = (active[type] ?? 0) + 1;
    return { active, listenerWarnings: this.listenerWarnings, newestListenerWarning: this.newest };
  }
}
