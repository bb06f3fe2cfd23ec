// Opens the inspector sessions from the agent thread to main. No port is opened.
import type { Session } from 'node:inspector';

/**
 * Null where Node has no inspector, where the permission model forbids it, and when the agent ends meanwhile: a session is not opened then to be closed again.
 *
 * A thread must not end before main has heard that it disconnected. Main takes a session down by interrupt, and posts to the thread that had it; when that
 * thread is in its last steps just then, Node aborts the process without a word: MainThreadInterface::Post, under ~ThreadSafeDelegate on main, takes
 * shared_from_this() of an object that ~MainThreadInterface is destroying on the other thread. Measured on Node 20, 22, 24 and 26 with workers that ask
 * something, disconnect at the answer and end at once, while main works and sleeps in turn: SIGABRT in 23 of 26 runs of 3 s, some 30 workers each. A turn of
 * the worker's own loop between the two is not enough. No issue of Node's was found that tells of it.
 *
 * So all sessions are disconnected before EXIT_DONE is stored, and the thread then stays until main ends it. `stop` ends it from JavaScript on main, which is
 * interrupted for what was posted before it gets there (250 threads ended so: none took the process along); at the end of the process main waits for the
 * thread in native code, and posts nothing. An agent thread that dies otherwise, of its memory limit say, cannot be guarded from here.
 */
export async function openSession(isEnding: () => boolean): Promise<Session | null> {
  try {
    const inspector = await import('node:inspector');
    if (isEnding()) return null;
    const session = new inspector.Session();
    session.connectToMainThread();
    return session;
  } catch {
    return null;
  }
}

/** To be called before the process ends, else Node waits for "the debugger" and says so on the user's terminal. */
export function closeSession(session: Session): void {
  try {
    session.disconnect();
  } catch {
    // Not connected any more.
  }
}
