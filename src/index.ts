// The public API. Works with or without the agent: without it, each call is a no-op of about a nanosecond.
import { readFile } from 'node:fs/promises';
import { resolveConfig } from './config/resolve.js';
import type { Path } from './host/path.js';
import { processHost } from './host/process-host.js';
import type { Counter, Distribution, Gauge } from './host/values.js';
import type { EventName } from './memory/messages.js';
import type { AlertLine } from './report/alerts-log.js';
import type { Report } from './report/report-types.js';
import type { StallLine } from './report/stall-log.js';

export type { ResolvedConfig } from './config/resolve.js';
export { type ErrorCode, PitotError } from './core/errors.js';
export type { Path } from './host/path.js';
export type { Counter, Distribution, Gauge } from './host/values.js';
export type { AlertLine } from './report/alerts-log.js';
export type * from './report/report-types.js';
export type { StallLine } from './report/stall-log.js';

/** Label names and their values; values are turned into text. At most 10 labels, 200 characters each. */
export type LabelInput = Readonly<Record<string, string | number | boolean>>;

/** Options of `start`: the keys of the configuration file; each is documented in docs/configuration.md. */
export type StartOptions = NonNullable<Parameters<typeof resolveConfig>[0]['code']>;

/**
 * A named path to time. The same name and labels give the same path: get it once, outside the hot code.
 * A process has at most 2 000 paths; beyond that calls are counted on `pitot.overflow` and the report says so.
 */
export function path(name: string, labels?: LabelInput): Path {
  return processHost().thread.instruments.path(name, labels);
}

/** A counter: a sum that only grows, exact. At most 1 000 a process. */
export function counter(name: string, labels?: LabelInput): Counter {
  return processHost().thread.instruments.counter(name, labels);
}

/** A gauge: the newest value of something. At most 1 000 a process. */
export function gauge(name: string, labels?: LabelInput): Gauge {
  return processHost().thread.instruments.gauge(name, labels);
}

/** A distribution of whole numbers other than durations, with their unit (`bytes`, `events`). Counts toward the 2 000 paths. */
export function distribution(name: string, options?: { unit?: string; labels?: LabelInput }): Distribution {
  return processHost().thread.instruments.distribution(name, options);
}

/**
 * Closes the window now. Resolves with its report once that is on disk; null when no agent runs.
 * Rejects when the report cannot be written; nothing is lost then, the window goes on.
 */
export async function flush(): Promise<Report | null> {
  const file = await processHost().flush();
  return file === null ? null : (JSON.parse(await readFile(file, 'utf8')) as Report);
}

/**
 * Takes a heap snapshot of the main thread, which stands still meanwhile: 12 to 130 ms a MiB of heap, more on a busy machine. Resolves with the file once it is whole, or with the
 * reason why there is none: too little memory, disk or time, or no agent. The cool-down of the service's snapshots is not asked, and begins anew.
 */
export async function takeHeapSnapshot(): Promise<{ file: string } | { refused: string }> {
  try {
    const file = await processHost().takeHeapSnapshot();
    return file === null ? { refused: 'pitot does not run in this process' } : { file };
  } catch (error) {
    return { refused: (error as Error).message };
  }
}

/** Listens for reports, alerts, stalls or leaks on this thread; returns a function that stops listening. Keeps no process alive. */
export function on(event: 'report', listener: (report: Report) => void): () => void;
export function on(event: 'stall', listener: (stall: StallLine) => void): () => void;
export function on(event: 'alert', listener: (line: AlertLine) => void): () => void;
export function on(event: EventName, listener: (payload: never) => void): () => void;
export function on(event: EventName, listener: (payload: never) => void): () => void {
  return processHost().on(event, listener);
}

/**
 * Starts the agent from code, where no preload is possible. Main thread only. Does nothing when it runs already.
 * @throws PitotError when an option is unknown or has a bad value.
 */
export function start(options: StartOptions = {}): void {
  const { config } = resolveConfig({ env: process.env, code: options });
  processHost().start(config);
}

/** Writes the last report, ends the agent thread and makes all instruments no-ops. `start` may follow. */
export function stop(): Promise<void> {
  return processHost().stop();
}
