// One sink and what waits for it. Plain data of the delivery queue.
import type { Alert } from '../../core/alert-types.js';
import type { Entry } from './queue-files.js';
import type { SinkConfig } from './sink-config.js';

export interface Lane {
  name: string;
  /** undefined: left from a configuration that had it. Waits until it is too old, in case the sink comes back. */
  sink: SinkConfig | undefined;
  entries: Entry[];
  /** Notifications delivered so far. */
  delivered: number;
  inFlight: Entry | null;
  /** In a row. */
  failures: number;
  nextAtMs: number;
  /** Until then the receiver has asked not to be sent anything. */
  askedUntilMs: number;
  running: Promise<void> | null;
  /** Firing alerts that it was sent, by id; Alertmanager alone. */
  firing: Set<string>;
  reposts: Alert[];
  repostedAtMs: number;
  /** Ids of alerts that were refused when they were sent again. */
  refused: Set<string>;
}

export const makeLane = (name: string, sink: SinkConfig | undefined): Lane => ({
  name,
  sink,
  entries: [],
  delivered: 0,
  inFlight: null,
  failures: 0,
  nextAtMs: 0,
  askedUntilMs: 0,
  running: null,
  firing: new Set(),
  reposts: [],
  repostedAtMs: 0,
  refused: new Set(),
});
