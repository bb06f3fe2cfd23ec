// An application thread's line to the agent thread: opened when first needed, keeps no loop alive but for a pending flush.
import { readFile } from 'node:fs/promises';
import { BroadcastChannel } from 'node:worker_threads';
import { HOST_FAULTS_MAX } from '../core/limits.js';
import type { AgentMessage, EventName, HostMessage } from '../memory/messages.js';

type Listener = (payload: never) => void;

/** What the agent answers with a file. */
type Asked = 'flush' | 'heap-snapshot';

interface Pending {
  kind: Asked;
  /** Restarts of the agent that has begun it; null: it may be asked for again. */
  begunBy: number | null;
  resolve: (file: string) => void;
  reject: (error: Error) => void;
}

/** Sends announcements, asks for flushes and snapshots, receives events. */
export class Channel {
  private readonly name: string;
  private port: BroadcastChannel | null = null;
  private readonly pending = new Map<string, Pending>();
  private readonly listeners = new Map<EventName, Set<Listener>>();
  private nextId = 0;
  private blamed = 0;

  constructor(name: string) {
    this.name = name;
  }

  /** Sends one message without keeping a port open. */
  announce(message: HostMessage): void {
    const port = new BroadcastChannel(this.name);
    port.postMessage(message);
    port.close();
  }

  /** Resolves with the file once it is on disk; rejects with the reason why there is none. */
  ask(kind: Asked, threadId: number): Promise<string> {
    const port = this.open();
    const id = `${threadId}.${this.nextId++}`;
    return new Promise((resolve, reject) => {
      this.pending.set(id, { kind, begunBy: null, resolve, reject });
      port.ref();
      port.postMessage({ kind, id } satisfies HostMessage);
    });
  }

  on(event: EventName, listener: Listener): () => boolean {
    this.open();
    const set = this.listeners.get(event) ?? new Set();
    set.add(listener);
    this.listeners.set(event, set);
    return () => set.delete(listener);
  }

  close(): void {
    this.port?.close();
    this.port = null;
    this.rejectPending();
  }

  private rejectPending(): void {
    for (const { reject } of this.pending.values()) reject(new Error('pitot stopped before it was done'));
    this.pending.clear();
    this.port?.unref();
  }

  /** The file is read on the thread that listens, so that no other pays for it. */
  private async tell(event: EventName, file: string): Promise<void> {
    const listeners = this.listeners.get(event);
    if (listeners === undefined || listeners.size === 0) return;
    let payload: unknown;
    try {
      payload = JSON.parse(await readFile(file, 'utf8'));
    } catch {
      // Removed by retention meanwhile: the next one comes.
      return;
    }
    this.deliver(event, payload);
  }

  private deliver(event: EventName, payload: unknown): void {
    for (const listener of this.listeners.get(event) ?? []) {
      // From a port's own event a throw would end the process: an alert must not do that, whatever its listener does.
      try {
        const result: unknown = (listener as (payload: never) => unknown)(payload as never);
        if (result instanceof Promise) result.catch((error: unknown) => this.blame(event, error));
      } catch (error) {
        this.blame(event, error);
      }
    }
  }

  /** Where it was thrown, without its message, which may hold what is nobody's business. */
  private blame(event: EventName, error: unknown): void {
    let where = '';
    try {
      if (error instanceof Error) where = ` (${error.name}${/^ +at .*$/m.exec(error.stack ?? '')?.[0].replace(/^ +/, ' ') ?? ''})`;
    } catch {
      // A hostile error says nothing of itself.
    }
    if (this.blamed++ < HOST_FAULTS_MAX) this.announce({ kind: 'fault', code: 'LISTENER', message: `a listener of ${event} threw${where}` });
  }

  /** One that waits no longer. */
  private take(id: string): Pending | undefined {
    const waiter = this.pending.get(id);
    this.pending.delete(id);
    if (this.pending.size === 0) this.port?.unref();
    return waiter;
  }

  private open(): BroadcastChannel {
    if (this.port !== null) return this.port;
    const port = new BroadcastChannel(this.name);
    port.onmessage = (event: unknown) => this.receive((event as { data: AgentMessage }).data);
    port.unref();
    this.port = port;
    return port;
  }

  private receive(message: AgentMessage): void {
    if (message.kind === 'flushed') {
      const waiter = this.take(message.id);
      if (waiter === undefined) return;
      if (message.file !== null) waiter.resolve(message.file);
      else waiter.reject(new Error(message.reason));
    } else if (message.kind === 'begun') {
      const waiter = this.pending.get(message.id);
      if (waiter !== undefined) waiter.begunBy = message.restarts;
    } else if (message.kind === 'ready') {
      for (const [id, { kind, begunBy }] of this.pending) {
        if (begunBy === null || begunBy >= message.restarts) this.port?.postMessage({ kind, id } satisfies HostMessage);
        else this.take(id)?.reject(new Error("pitot's agent thread ended in the middle of it"));
      }
    } else if (message.kind === 'stopped') this.rejectPending();
    else if (message.kind === 'event') {
      if ('payload' in message) this.deliver(message.event, message.payload);
      else void this.tell(message.event, message.file);
    }
  }
}
