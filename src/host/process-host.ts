// pitot in one process: one instance, whatever copies of the package are loaded. Starts and stops the agent from the main thread; worker threads join.
import { getEnvironmentData, isMainThread, setEnvironmentData, threadId } from 'node:worker_threads';
import type { ResolvedConfig } from '../config/resolve.js';
import { monotonicMs, wallMs } from '../core/clock.js';
import { PitotError } from '../core/errors.js';
import { LOOP_RESOLUTION_MS } from '../core/limits.js';
import { AGENT_CLOSED, AGENT_STATE, createControl, EXIT_DONE, EXIT_REQUESTED, LISTENERS } from '../memory/control-memory.js';
import { ENVIRONMENT_KEY, type EventName, type ProcessLink } from '../memory/messages.js';
import { AgentThread } from './agent-thread.js';
import { ProcessEnd, requestLastReport, waitForLastReport } from './exit-handshake.js';
import { armNearHeapLimit } from './near-heap-limit.js';
import type { Resources } from './resources.js';
import { ThreadHost } from './thread-host.js';

/** How long `stop` waits for the last report, without blocking the loop, ms. */
const STOP_WAIT_MS = 10_000;

interface Running {
  config: ResolvedConfig;
  control: Int32Array;
  agent: AgentThread;
  end: ProcessEnd;
}

/** The process-wide instance, as other copies of pitot and the agent's samples see it. */
export class ProcessHost {
  readonly thread = new ThreadHost();
  /** V8's own, for the agent's sampler: kept before the application can put something else in their place. */
  readonly console = { profile: globalThis.console.profile, profileEnd: globalThis.console.profileEnd };
  private running: Running | null = null;

  /** True when this thread records. */
  get active(): boolean {
    return this.thread.attached !== null;
  }

  /** Starts the agent. Main thread only; a second start is ignored. */
  start(config: ResolvedConfig): void {
    if (this.running !== null || !config.enabled) return;
    if (!isMainThread)
      throw misuse(
        'start',
        'a call on the main thread',
        'a call on a worker thread',
        'Start pitot on the main thread; worker threads join by themselves.',
      );
    armNearHeapLimit(config);
    const control = createControl();
    const link: ProcessLink = {
      control: control.buffer as SharedArrayBuffer,
      channel: `pitot:${process.pid}:${Math.random().toString(36).slice(2)}`,
      ringRecords: config.ringRecords,
      http: config.http,
      heartbeatMs: heartbeatMsFor(config.stallMs),
    };
    const attachment = this.thread.attach(link, true);
    // Before the link is inherited: the agent thread is no thread of the application's.
    setEnvironmentData(ENVIRONMENT_KEY, undefined as never);
    const agent = new AgentThread(
      control,
      { sab: attachment.memory.sab, name: 'main', loopDelay: attachment.loopDelay },
      {
        control: link.control,
        channel: link.channel,
        config: { ...config },
        service: { entryScript: process.argv[1], cwd: currentDirectory() },
        execArgv: process.execArgv,
        nodeOptions: process.env.NODE_OPTIONS,
        mayInspect: mayInspect(),
        startedWallMs: wallMs(),
        heartbeatMs: link.heartbeatMs,
      },
    );
    setEnvironmentData(ENVIRONMENT_KEY, link as never);
    const end = new ProcessEnd(() => this.finish());
    this.running = { config, control, agent, end };
  }

  /** On a worker thread: connects it to its process's agent, if there is one. */
  join(): void {
    if (isMainThread || this.active) return;
    const link = getEnvironmentData(ENVIRONMENT_KEY) as ProcessLink | undefined;
    if (link === undefined) return;
    this.thread.attach(link, false);
    this.thread.announce();
    process.once('exit', () => this.thread.detach());
  }

  /** Writes the last report and ends the agent thread; instruments become no-ops until the next start. */
  async stop(): Promise<void> {
    const running = this.running;
    if (running === null) return;
    this.running = null;
    running.end.remove();
    setEnvironmentData(ENVIRONMENT_KEY, undefined as never);
    this.thread.attached?.sampler.sample();
    running.agent.stop();
    const worker = running.agent.thread;
    const channel = this.thread.attached?.channel;
    this.thread.detach();
    requestLastReport(running.control);
    // An agent that died and is not back yet has nothing to answer.
    if (Atomics.load(running.control, AGENT_STATE) === AGENT_CLOSED) return channel?.close();
    // waitAsync alone would let an otherwise idle process end.
    const alive = setTimeout(() => {}, STOP_WAIT_MS);
    const done = Atomics.waitAsync(running.control, EXIT_DONE, 0, STOP_WAIT_MS);
    if (done.async) await done.value;
    clearTimeout(alive);
    channel?.close();
    await worker?.terminate();
  }

  /** Closes the window now; resolves with the file of its report, null without the agent. */
  async flush(): Promise<string | null> {
    const attachment = this.thread.attached;
    if (attachment === null || Atomics.load(attachment.control, EXIT_REQUESTED) !== 0) return null;
    if (this.running !== null && !this.running.agent.isPossible) return null;
    attachment.sampler.sample();
    return attachment.channel.ask('flush', threadId);
  }

  /** Resolves with the file of a heap snapshot of the main thread, null without the agent; rejects with the reason of a refusal. */
  async takeHeapSnapshot(): Promise<string | null> {
    const attachment = this.thread.attached;
    if (attachment === null || Atomics.load(attachment.control, EXIT_REQUESTED) !== 0) return null;
    if (this.running !== null && !this.running.agent.isPossible) return null;
    return attachment.channel.ask('heap-snapshot', threadId);
  }

  /** Listens for events of the agent; returns the removal. */
  on(event: EventName, listener: (payload: never) => void): () => void {
    const attachment = this.thread.attached;
    if (attachment === null) return () => {};
    Atomics.add(attachment.control, LISTENERS, 1);
    const remove = attachment.channel.on(event, listener);
    return () => {
      if (remove()) Atomics.sub(attachment.control, LISTENERS, 1);
    };
  }

  /** Called by the agent through the inspector, once a second: samples this thread's heap and loop. */
  sample(): void {
    this.thread.attached?.sampler.sampleIfDue();
  }

  /** Called by the agent through the inspector, before it decides on a heap snapshot: whatever the last sample's age. */
  sampleNow(): void {
    this.thread.attached?.sampler.sample();
  }

  /** Called by the agent through the inspector, now and then. */
  resources(): Resources | null {
    const attachment = this.thread.attached;
    if (attachment === null) return null;
    const sinceMs = monotonicMs();
    const resources = attachment.resources.read();
    attachment.sampler.recordPause(sinceMs);
    return resources;
  }

  /** Called by the agent around what it has this thread do, so that the pause is seen. */
  pauseBegin(): number {
    return monotonicMs();
  }

  pauseEnd(sinceMs: number): void {
    this.thread.attached?.sampler.recordPause(sinceMs);
  }

  /** Called by the agent when the loop of this thread has stopped turning, and when it turns again. */
  disarmSignals(): void {
    this.running?.end.disarm();
  }

  armSignals(): void {
    this.running?.end.arm();
  }

  /** The agent's Worker, for tests that end it. */
  get agentThread(): AgentThread | null {
    return this.running?.agent ?? null;
  }

  private finish(): void {
    const running = this.running;
    if (running === null) return;
    this.thread.attached?.sampler.sample();
    running.agent.stop();
    waitForLastReport(running.control, running.config.exitWaitMs);
  }
}

/** Key of the instance on globalThis: two copies of the package find one another by it. */
export const HOST_KEY = Symbol.for('pitot.host.1');

/** The instance of this thread, made on first use. */
export function processHost(): ProcessHost {
  const scope = globalThis as unknown as Record<symbol, ProcessHost | undefined>;
  const existing = scope[HOST_KEY];
  if (existing) return existing;
  const host = new ProcessHost();
  Object.defineProperty(globalThis, HOST_KEY, { value: host, enumerable: false, configurable: true, writable: false });
  host.join();
  return host;
}

/** The heartbeat ticks several times within the shortest stall that is to be seen. */
function heartbeatMsFor(stallMs: number): number {
  return Math.max(1, Math.min(LOOP_RESOLUTION_MS, Math.floor(stallMs / 4)));
}

function misuse(option: string, allowed: string, received: string, remedy: string): PitotError {
  return new PitotError('API_MISUSE', { option, allowed, received, remedy });
}

/** To be asked on the main thread: a worker thread does not know the permissions it is held to. */
function mayInspect(): boolean {
  const { permission } = process as unknown as { permission?: { has(scope: string): boolean } };
  return permission === undefined || permission.has('inspector');
}

function currentDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return '/';
  }
}
