// Layout of the small shared memory by which application threads and the agent thread signal each other. No algorithm here.

/*
 * One a process, made by the main thread, inherited by worker threads through environment data.
 *
 *   word   meaning                                                                       writer
 *   0      wake: counts requests; the agent waits on it                                  any thread, Atomics.add
 *   1      agent state                                                                   agent
 *   2      exit requested: 1 = write the last report                                     main
 *   3      exit done: the main thread waits on it                                        agent
 *   4      serials handed out to threads                                                 any thread, Atomics.add
 *   5      agent generation: starts of the agent thread                                  main
 *   6      listeners for events, all threads                                             any thread, Atomics.add
 *   7      windows closed: hosts begin their lists of slowest commands anew              agent, Atomics.add
 */
export const WAKE = 0;
export const AGENT_STATE = 1;
export const EXIT_REQUESTED = 2;
export const EXIT_DONE = 3;
export const SERIALS = 4;
export const GENERATION = 5;
export const LISTENERS = 6;
export const WINDOWS_CLOSED = 7;

export const AGENT_STARTING = 0;
export const AGENT_READY = 1;
export const AGENT_CLOSED = 2;

export const createControl = (): Int32Array => new Int32Array(new SharedArrayBuffer(256));

/** Wakes the agent thread: 35 ns when nobody waits, some µs when it sleeps. */
export function wakeAgent(control: Int32Array): void {
  Atomics.add(control, WAKE, 1);
  Atomics.notify(control, WAKE);
}
