// The main thread's handle on the agent thread: starts it, keeps its memory, replaces it with back-off when it dies.
import { BroadcastChannel, Worker } from 'node:worker_threads';
import { monotonicMs } from '../core/clock.js';
import { HEARTBEAT_CHANNELS, OWN_THREAD_LIMITS, RESPAWN_MS_MAX, RESPAWN_MS_MIN } from '../core/limits.js';
import { AGENT_CLOSED, AGENT_STARTING, AGENT_STATE, GENERATION } from '../memory/control-memory.js';
import {
  type AgentData,
  type AgentPortMessage,
  type HostMessage,
  heartbeatChannel,
  type MainPortMessage,
  type ThreadEntry,
} from '../memory/messages.js';
import { SERIAL, STATE, STATE_ENDED, STATE_RETIRED, STATE_RUNNING, THREAD_ID } from '../memory/thread-memory.js';
import { AGENT_URL } from '../worker-urls.js';

/** Supervises one agent thread. */
export class AgentThread {
  private readonly control: Int32Array;
  private readonly base: Omit<AgentData, 'threads' | 'memory' | 'restarts'>;
  /** Memory of the threads that an agent may still have to drain. */
  private threads: ThreadEntry[];
  private readonly directory: BroadcastChannel;
  private readonly heartbeats: BroadcastChannel[] = [];
  private memory: SharedArrayBuffer | null = null;
  private worker: Worker | null = null;
  private restarts = 0;
  /** Deaths since the last agent that lived for long: they set the back-off. */
  private failures = 0;
  private spawnedAtMs = 0;
  /** False when the system refused the thread: there will be no agent. */
  isPossible = true;
  private stopping = false;

  constructor(control: Int32Array, main: ThreadEntry, base: Omit<AgentData, 'threads' | 'memory' | 'restarts'>) {
    this.control = control;
    this.base = base;
    this.threads = [main];
    // Worker threads announce themselves to the agent; main remembers them for an agent that comes later.
    this.directory = new BroadcastChannel(base.channel);
    this.directory.onmessage = (event: unknown) => this.remember((event as { data: HostMessage }).data);
    this.directory.unref();
    for (let i = 0; i < HEARTBEAT_CHANNELS; i++) {
      const heartbeats = new BroadcastChannel(heartbeatChannel(base.channel, i));
      heartbeats.onmessage = (event: unknown) => this.rememberEntry((event as { data: ThreadEntry }).data);
      heartbeats.unref();
      this.heartbeats.push(heartbeats);
    }
    this.spawn();
  }

  /** The agent's Worker, for tests that end it. Null between a death and the replacement. */
  get thread(): Worker | null {
    return this.worker;
  }

  /** No replacement from now on. */
  stop(): void {
    this.stopping = true;
    this.directory.close();
    for (const heartbeats of this.heartbeats) heartbeats.close();
  }

  private spawn(): void {
    Atomics.store(this.control, AGENT_STATE, AGENT_STARTING);
    this.spawnedAtMs = monotonicMs();
    Atomics.add(this.control, GENERATION, 1);
    const data: AgentData = { ...this.base, threads: this.threads, memory: this.memory, restarts: this.restarts };
    try {
      const worker = new Worker(AGENT_URL, {
        workerData: data,
        // Both are needed: each alone lets the preload into the agent thread.
        execArgv: [],
        env: cleanEnvironment(),
        // Nothing of pitot's may appear on the host's streams.
        stdout: true,
        stderr: true,
        name: 'pitot-agent',
        resourceLimits: OWN_THREAD_LIMITS,
      });
      worker.on('message', (message: AgentPortMessage) => this.receive(message));
      worker.on('error', () => {});
      worker.once('exit', () => this.replace());
      // After the listeners: on('message') would keep the process alive again.
      worker.unref();
      this.worker = worker;
    } catch (error) {
      Atomics.store(this.control, AGENT_STATE, AGENT_CLOSED);
      this.isPossible = false;
      notice(`agent thread not started: ${(error as Error).message}`);
    }
  }

  private replace(): void {
    this.worker = null;
    if (this.stopping) return;
    Atomics.store(this.control, AGENT_STATE, AGENT_CLOSED);
    if (monotonicMs() - this.spawnedAtMs > RESPAWN_MS_MAX) this.failures = 0;
    const delayMs = Math.min(RESPAWN_MS_MAX, RESPAWN_MS_MIN * 2 ** Math.min(this.failures, 20));
    this.failures++;
    this.restarts++;
    setTimeout(() => {
      if (!this.stopping) this.spawn();
    }, delayMs).unref();
  }

  private receive(message: AgentPortMessage): void {
    if (message.kind === 'memory') this.memory = message.sab;
    else notice(message.text);
  }

  private remember(message: HostMessage): void {
    if (message.kind === 'ended') {
      // The agent hears it too, unless it is dead just now.
      for (const { sab } of this.threads) markEnded(sab, message.threadId);
    }
    if (message.kind !== 'thread') return;
    this.rememberEntry({ sab: message.sab, name: message.name, loopDelay: null });
  }

  /** A thread comes twice, with its heartbeat the second time. An agent that was not listening yet has heard neither. */
  private rememberEntry(entry: ThreadEntry): void {
    const serial = serialOf(entry.sab);
    this.threads = this.threads.filter(({ sab }) => !isRetired(sab) && serialOf(sab) !== serial);
    this.threads.push(entry);
    this.worker?.postMessage({ kind: 'entry', ...entry } satisfies MainPortMessage);
  }
}

/** The one line pitot may print on the host's terminal: why it does not run as asked. Time is not read, the host's stream settings not touched. */
export function notice(text: string): void {
  try {
    process.stderr.write(`pitot: ${text}\n`);
  } catch {
    // A closed stderr is the host's business.
  }
}

function cleanEnvironment(): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env, NODE_NO_WARNINGS: '1', PIDUSAGE_SILENT: '1' };
  delete env.NODE_OPTIONS;
  return env;
}

const serialOf = (sab: SharedArrayBuffer): number => new Int32Array(sab, 0, 64)[SERIAL];

const isRetired = (sab: SharedArrayBuffer): boolean => Atomics.load(new Int32Array(sab, 0, 64), STATE) === STATE_RETIRED;

function markEnded(sab: SharedArrayBuffer, threadId: number): void {
  const words = new Int32Array(sab, 0, 64);
  if (words[THREAD_ID] === threadId) Atomics.compareExchange(words, STATE, STATE_RUNNING, STATE_ENDED);
}
