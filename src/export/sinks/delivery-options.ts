// What the delivery of alerts is told and tells.
import type { PostOutcome, PostRequest } from './http-post.js';
import type { AlertSource } from './notification.js';
import type { SinkConfig } from './sink-config.js';

export interface DeliveryOptions {
  /** For this service's queues alone, as <PITOT_DIR>/.alerts/<service>; made with mode 0700 where missing. */
  directory: string;
  sinks: ReadonlyMap<string, SinkConfig>;
  /** The process whose alerts these are. */
  source: AlertSource;
  /** Notifications that no sink will get, and why. */
  onDropped: (count: number, reason: string) => void;
  /** What is wrong with the queue itself, one sentence, once as it begins and once as it ends. */
  onTrouble?: (message: string) => void;
  /** Bounds, for tests. Defaults: QUEUE_MAX and QUEUE_BYTES_MAX. */
  notificationsMax?: number;
  bytesMax?: number;
}

/** Time and chance, and the network. */
export interface DeliverySources {
  /** Wall clock at the first tick and when an alert is queued, ms. */
  nowMs?: () => number;
  random?: () => number;
  post?: (request: PostRequest) => Promise<PostOutcome>;
}

/** waiting: it failed, and will be tried again. */
export interface DeliveryOutcome {
  state: 'delivered' | 'waiting' | 'refused' | 'dropped';
  /** As it stands in an alert's actions: `webhook ops: delivered`. */
  text: string;
  /** Requests made for it so far, this one included. */
  tries: number;
}
