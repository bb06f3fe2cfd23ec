// A line to the heap profiler of the main thread, opened for one action and closed after it. No port is opened.
import type { Session } from 'node:inspector';
import { closeSession, openSession } from '../open-session.js';

export interface HeapSession {
  /** Rejects when the command fails, or the session is closed. */
  send(method: string, params?: object): Promise<unknown>;
  /** Takes events in the order in which they come, each before the answer of the command that caused it. Must not throw. */
  onEvent: (method: string, params: Record<string, unknown>) => void;
  /** Takes back what waits for the thread's loop, and lets go of what V8 holds. Before the process ends, else Node waits for "the debugger". */
  close(): void;
  readonly isClosed: boolean;
}

/** Null: see openSession. */
export async function openHeapSession(isEnding: () => boolean): Promise<HeapSession | null> {
  const session = await openSession(isEnding);
  return session === null ? null : new MainHeapSession(session);
}

/** What opens sessions; never one where the permission model forbids it: Node.js 20 to 26 end the whole process at the attempt of a thread. */
export const heapSessionsIf = (mayInspect: boolean): typeof openHeapSession => (mayInspect ? openHeapSession : async () => null);

class MainHeapSession implements HeapSession {
  onEvent: HeapSession['onEvent'] = () => {};
  isClosed = false;
  private readonly session: Session;
  private readonly pending = new Set<(error: Error) => void>();

  constructor(session: Session) {
    this.session = session;
    // Served by interrupt, in the middle of whatever the agent does. Not put off to a microtask: the chunks of a snapshot would gather in memory.
    session.on('inspectorNotification', (message: unknown) => {
      const { method, params } = message as { method: string; params: Record<string, unknown> };
      this.onEvent(method, params);
    });
  }

  send(method: string, params: object = {}): Promise<unknown> {
    if (this.isClosed) return Promise.reject(new Error('the session was closed'));
    return new Promise((resolve, reject) => {
      this.pending.add(reject);
      this.session.post(method, params, (error: (Error & { message: string }) | null, result?: object) => {
        this.pending.delete(reject);
        if (error) reject(new Error(`${method}: ${error.message}`));
        else resolve(result);
      });
    });
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.onEvent = () => {};
    closeSession(this.session);
    for (const reject of this.pending) reject(new Error('the session was closed'));
    this.pending.clear();
  }
}
