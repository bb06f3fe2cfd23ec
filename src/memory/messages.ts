// Messages between application threads and the agent thread, on one BroadcastChannel a process. Rare: thread start and end, flush, events.

import type { IntervalHistogram } from 'node:perf_hooks';
import type { Labels } from '../core/labels.js';
import { HEARTBEAT_CHANNELS } from '../core/limits.js';

/** Key of the environment data by which worker threads find their process's agent. */
export const ENVIRONMENT_KEY = 'pitot.process.1';

/** What a worker thread inherits from the thread that made it. */
export interface ProcessLink {
  control: SharedArrayBuffer;
  channel: string;
  ringRecords: number;
  http: boolean;
  /** Resolution of the loop's native heartbeat. */
  heartbeatMs: number;
}

/**
 * Worker threads tell their heartbeat on channels of its own, on which the main thread alone listens: Node refuses to send an object of its own to more
 * than one listener. Main passes it on to the agent, and keeps it for an agent that comes later. A worker thread leaves its channel only when its loop
 * turns, after all of its modules: those of a pool, which start together, need several.
 */
export const heartbeatChannel = (channel: string, serial: number): string => `${channel}:heartbeat:${serial % HEARTBEAT_CHANNELS}`;

export type HostMessage =
  /** A thread has memory to drain. */
  | { kind: 'thread'; sab: SharedArrayBuffer; name: string }
  /** A worker thread has ended, in whatever way. */
  | { kind: 'ended'; threadId: number }
  | { kind: 'flush'; id: string }
  /** Answered as a flush is. */
  | { kind: 'heap-snapshot'; id: string }
  /** A fault of pitot's own on an application thread. count: how often it came since it was last told; default 1. */
  | { kind: 'fault'; code: string; message: string; count?: number }
  /** A command that is among the slowest of its thread's window so far. */
  | { kind: 'exemplar'; exemplar: ExemplarMessage };

/** An Exemplar as the host knows it: times are numbers. */
export interface ExemplarMessage {
  traceId: string;
  spanId: string;
  path: string;
  labels: Labels;
  durationMs: number;
  /** Wall clock at its end, ms since the epoch. */
  atMs: number;
  ok: boolean;
}

export type EventName = 'report' | 'alert' | 'stall' | 'leak';

export type AgentMessage =
  /** The agent listens from now on: requests sent before are to be sent again, but those begun by one before it. restarts: as in AgentData. */
  | { kind: 'ready'; restarts: number }
  /** The agent has begun what was asked for, and it is not to be asked for twice: the process may not survive it. */
  | { kind: 'begun'; id: string; restarts: number }
  /** file: the report, or the snapshot, on disk; null with a reason when there is none. */
  | { kind: 'flushed'; id: string; file: string | null; reason: string }
  /** Something a listener wants to hear of: the JSON file that tells it, or the thing itself. */
  | { kind: 'event'; event: EventName; file: string }
  | { kind: 'event'; event: EventName; payload: unknown }
  /** No agent answers from now on. */
  | { kind: 'stopped' };

/** A thread's memory, and its native heartbeat where that could be handed over. */
export interface ThreadEntry {
  sab: SharedArrayBuffer;
  name: string;
  loopDelay: IntervalHistogram | null;
}

/** From the main thread to the agent thread: a thread that announced itself, perhaps before the agent listened, or whose heartbeat has come. */
export type MainPortMessage = { kind: 'entry' } & ThreadEntry;

/** From the agent thread to the main thread: its memory, which outlives it. */
export type AgentPortMessage = { kind: 'memory'; sab: SharedArrayBuffer } | { kind: 'notice'; text: string };

/** What the agent thread is started with. */
export interface AgentData {
  control: SharedArrayBuffer;
  channel: string;
  /** ResolvedConfig, as plain data. */
  config: Record<string, unknown>;
  service: { entryScript: string | undefined; cwd: string };
  execArgv: string[];
  nodeOptions: string | undefined;
  /** False: the permission model withholds the inspector, and Node.js ends the process when a thread connects to it all the same. */
  mayInspect: boolean;
  /** Memory of threads known so far; on a respawn all of them. */
  threads: ThreadEntry[];
  /** Memory of the agent thread before this one. */
  memory: SharedArrayBuffer | null;
  /** Agent threads that died before this one. */
  restarts: number;
  startedWallMs: number;
  /** Period of the threads' heartbeats. */
  heartbeatMs: number;
}
