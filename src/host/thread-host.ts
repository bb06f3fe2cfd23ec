// What one application thread carries: its instruments, its memory, its probes. Attached when the agent is, dormant otherwise.
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { BroadcastChannel, threadId } from 'node:worker_threads';
import { threadOriginUs } from '../core/clock.js';
import { HEARTBEAT_RETRY_MS, HEARTBEAT_TRIES_MAX, HOST_FAULTS_MAX, WORKER_RING_RECORDS } from '../core/limits.js';
import { osThreadId } from '../core/os-thread-id.js';
import { SERIALS } from '../memory/control-memory.js';
import { heartbeatChannel, type ProcessLink, type ThreadEntry } from '../memory/messages.js';
import { createThreadMemory, SERIAL, STATE, STATE_ENDED, type ThreadMemory } from '../memory/thread-memory.js';
import { Channel } from './channel.js';
import { observeGc } from './gc-observer.js';
import { installHttpClient } from './http-client.js';
import { installHttpServer } from './http-server.js';
import { Instruments } from './instruments.js';
import { ResourceCounts } from './resources.js';
import { RingWriter } from './ring-writer.js';
import { ThreadSampler } from './thread-sample.js';

interface Attachment {
  link: ProcessLink;
  control: Int32Array;
  memory: ThreadMemory;
  channel: Channel;
  sampler: ThreadSampler;
  resources: ResourceCounts;
  loopDelay: IntervalHistogram | null;
  undo: (() => void)[];
}

/** The recorder's side of one thread. */
export class ThreadHost {
  private readonly ring = new RingWriter();
  readonly instruments = new Instruments(this.ring);
  private attachment: Attachment | null = null;

  get attached(): Attachment | null {
    return this.attachment;
  }

  /** Makes the thread's memory, binds instruments, starts probes, announces the thread. */
  attach(link: ProcessLink, isMain: boolean): Attachment {
    const control = new Int32Array(link.control);
    const memory = createThreadMemory(
      isMain ? link.ringRecords : Math.min(link.ringRecords, WORKER_RING_RECORDS),
      threadId,
      Atomics.add(control, SERIALS, 1),
      osThreadId(),
      threadOriginUs(),
    );
    this.ring.attach(memory, control);
    this.instruments.attach(memory);
    const sampler = new ThreadSampler(memory, this.ring);
    sampler.sample();
    const resources = new ResourceCounts();
    const attachment: Attachment = { link, control, memory, channel: new Channel(link.channel), sampler, resources, loopDelay: null, undo: [] };
    this.attachment = attachment;
    // Leaks are judged by the main thread's figures: of worker threads nobody reads what a collection left.
    attachment.undo.push(observeGc(this.ring, memory.dropped, (batch) => sampler.afterCollections(batch, isMain)));
    if (isMain) attachment.undo.push(resources.watchWarnings());
    if (link.http) {
      const pathFor = (name: string, labels: Record<string, string>) => this.instruments.path(name, labels);
      const onFault = limitedFaults(attachment.channel);
      attachment.undo.push(installHttpServer(pathFor, onFault), installHttpClient(pathFor, onFault));
    }
    attachment.loopDelay = monitorEventLoopDelay({ resolution: link.heartbeatMs });
    attachment.loopDelay.enable();
    attachment.undo.push(watchWorkers(attachment.channel));
    return attachment;
  }

  /** Announces the thread to an agent that is already running. */
  announce(): void {
    const attachment = this.attachment;
    if (attachment === null) return;
    const thread = { sab: attachment.memory.sab, name: `worker-${threadId}` };
    attachment.channel.announce({ kind: 'thread', ...thread });
    this.handHeartbeatOver({ ...thread, loopDelay: attachment.loopDelay }, HEARTBEAT_TRIES_MAX);
  }

  private handHeartbeatOver(entry: ThreadEntry, tries: number): void {
    const { attachment } = this;
    if (attachment === null) return;
    const port = new BroadcastChannel(heartbeatChannel(attachment.link.channel, attachment.memory.words[SERIAL]));
    try {
      port.postMessage(entry);
    } catch (error) {
      // Another thread that started just now is on the channel.
      if (tries > 1) setTimeout(() => this.handHeartbeatOver(entry, tries - 1), HEARTBEAT_RETRY_MS).unref();
      else
        attachment.channel.announce({
          kind: 'fault',
          code: 'HEARTBEAT',
          message: `stalls of ${entry.name} are not seen: ${(error as Error).message}`,
        });
    }
    port.close();
  }

  /** Marks the memory as ended and makes all instruments dormant. */
  detach(): void {
    const attachment = this.attachment;
    if (attachment === null) return;
    this.attachment = null;
    for (const undo of attachment.undo) undo();
    attachment.loopDelay?.disable();
    this.instruments.attach(null);
    Atomics.store(attachment.memory.words, STATE, STATE_ENDED);
  }
}

/** Tells the agent of a probe's faults: the first ones only, since a fault may come with every request. */
function limitedFaults(channel: Channel): (code: string, message: string) => void {
  let left = HOST_FAULTS_MAX;
  return (code, message) => {
    if (left-- > 0) channel.announce({ kind: 'fault', code, message });
  };
}

/** Tells the agent when a worker thread made by this thread ends, even by terminate(), where the thread itself runs no code. */
function watchWorkers(channel: Channel): () => void {
  const onWorker = (worker: { threadId: number; once(event: 'exit', listener: () => void): void }): void => {
    const ended = worker.threadId;
    worker.once('exit', () => channel.announce({ kind: 'ended', threadId: ended }));
  };
  process.on('worker', onWorker as never);
  return () => process.removeListener('worker', onWorker as never);
}
