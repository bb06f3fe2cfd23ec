// The agent's line to the V8 inspectors of the application's threads: main by interrupt, its worker threads through the NodeWorker domain. No port is opened.
import type { Session } from 'node:inspector';
import { closeSession, openSession } from '../open-session.js';

/** One application thread that answers inspector commands, also while its JavaScript is busy. */
export interface Target {
  /** `main`, `worker-3`. */
  readonly name: string;
  readonly threadId: number;
  /** Rejects when the command fails or the thread has gone; pending as long as the thread runs native code. */
  send(method: string, params?: object): Promise<unknown>;
  /** Takes the thread's events. Set once, by whoever uses the target. */
  onEvent: (method: string, params: unknown) => void;
}

export interface LinkEvents {
  onTarget(target: Target): void;
  onGone(target: Target): void;
}

interface Reply {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** Null: see openSession. `isOwn`: whether a thread is pitot's and not the application's. */
export async function connectInspector(
  isOwn: (threadId: number) => boolean,
  events: LinkEvents,
  isEnding: () => boolean,
): Promise<InspectorLink | null> {
  const session = await openSession(isEnding);
  return session === null ? null : new InspectorLink(session, isOwn, events);
}

export class InspectorLink {
  private readonly session: Session;
  private readonly isOwn: (threadId: number) => boolean;
  private readonly events: LinkEvents;
  /** Sessions of worker threads, pitot's own included, until they end. */
  private readonly attached = new Set<string>();
  private readonly main: MainTarget;
  private readonly workers = new Map<string, WorkerTarget>();

  constructor(session: Session, isOwn: (threadId: number) => boolean, events: LinkEvents) {
    this.session = session;
    this.isOwn = isOwn;
    this.events = events;
    const main = new MainTarget(session);
    this.main = main;
    // Node.js serves a session by interrupt on this side too: a notification may come in the middle of whatever the agent is doing.
    session.on('inspectorNotification', (message: unknown) => queueMicrotask(() => this.take(message as Notification)));
    events.onTarget(main);
    this.attachWorkers();
  }

  /** Lets go of all worker threads and takes them anew, with sessions that hold nothing of what was. */
  reattachWorkers(): void {
    this.main.send('NodeWorker.disable').catch(() => {});
    for (const sessionId of this.attached) this.detach(sessionId);
    this.attachWorkers();
  }

  /** All worker threads, as they are and as they come, those of worker threads included. */
  private attachWorkers(): void {
    this.main.send('NodeWorker.enable', { waitForDebuggerOnStart: false }).catch(() => {});
  }

  private take({ method, params }: Notification): void {
    if (method === 'NodeWorker.attachedToWorker') {
      this.attached.add(params.sessionId);
      // A thread that the agent makes may be announced before its `new Worker` has returned, and is known for its own after that.
      setImmediate(() => this.attach(params));
    } else if (method === 'NodeWorker.detachedFromWorker') this.detach(params.sessionId);
    else if (method === 'NodeWorker.receivedMessageFromWorker') this.workers.get(params.sessionId)?.receive(params.message);
    else this.main.onEvent(method, params);
  }

  private attach({ sessionId, workerInfo }: WorkerEvent): void {
    const threadId = threadIdOf(workerInfo);
    if (!this.attached.has(sessionId) || threadId === null || this.isOwn(threadId)) return;
    const target = new WorkerTarget(this.session, sessionId, threadId);
    this.workers.set(sessionId, target);
    this.events.onTarget(target);
  }

  private detach(sessionId: string): void {
    this.attached.delete(sessionId);
    const target = this.workers.get(sessionId);
    if (target === undefined) return;
    this.workers.delete(sessionId);
    target.fail();
    this.events.onGone(target);
  }

  /** Ends the session: what V8 holds for it is let go. To be done before the process ends, else Node waits for "the debugger". */
  disconnect(): void {
    for (const target of this.workers.values()) target.fail();
    this.workers.clear();
    this.attached.clear();
    closeSession(this.session);
  }
}

interface Notification {
  method: string;
  params: WorkerEvent;
}

interface WorkerEvent {
  sessionId: string;
  message: string;
  workerInfo: WorkerInfo;
}

/** As Node announces a worker thread. Its workerId counts the announcements of the session, in any order: it is no thread's number. */
interface WorkerInfo {
  workerId: string;
  title: string;
}

/** Node.js 20 to 26: `[worker 3]`, and the worker's name after it. Null: a title of another shape. A thread that nobody can name is not sampled. */
export function threadIdOf({ title }: WorkerInfo): number | null {
  const id = /^\[worker (\d+)\]/.exec(title)?.[1];
  return id === undefined ? null : Number(id);
}

class MainTarget implements Target {
  readonly name = 'main';
  readonly threadId = 0;
  onEvent: Target['onEvent'] = () => {};
  private readonly session: Session;

  constructor(session: Session) {
    this.session = session;
  }

  send(method: string, params: object = {}): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.session.post(method, params, (error: (Error & { message: string }) | null, result?: object) => {
        if (error) reject(new Error(`${method}: ${error.message}`));
        else resolve(result);
      });
    });
  }
}

class WorkerTarget implements Target {
  readonly name: string;
  readonly threadId: number;
  onEvent: Target['onEvent'] = () => {};
  private readonly session: Session;
  private readonly sessionId: string;
  private readonly replies = new Map<number, Reply>();
  private nextId = 1;

  constructor(session: Session, sessionId: string, threadId: number) {
    this.session = session;
    this.sessionId = sessionId;
    this.threadId = threadId;
    this.name = `worker-${threadId}`;
  }

  send(method: string, params: object = {}): Promise<unknown> {
    const id = this.nextId++;
    const message = JSON.stringify({ id, method, params });
    return new Promise((resolve, reject) => {
      this.replies.set(id, { resolve, reject });
      this.session.post('NodeWorker.sendMessageToWorker', { sessionId: this.sessionId, message }, (error: Error | null) => {
        if (!error) return;
        this.replies.delete(id);
        reject(new Error(`${method}: ${error.message}`));
      });
    });
  }

  receive(text: string): void {
    const { id, method, params, result, error } = JSON.parse(text) as {
      id?: number;
      method?: string;
      params?: unknown;
      result?: unknown;
      error?: { message: string };
    };
    if (id === undefined) {
      if (method !== undefined) this.onEvent(method, params);
      return;
    }
    const reply = this.replies.get(id);
    this.replies.delete(id);
    if (error) reply?.reject(new Error(error.message));
    else reply?.resolve(result);
  }

  /** The thread has ended: nothing more is answered. */
  fail(): void {
    for (const { reject } of this.replies.values()) reject(new Error(`${this.name} has ended`));
    this.replies.clear();
  }
}
