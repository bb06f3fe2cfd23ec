// What receivers of alerts are told, from the rules' transitions to the queue on disk, and at the end of the process. Loaded only where a sink is configured.
import { hostname } from 'node:os';
import type { Alert } from '../../core/alert-types.js';
import { machineMs, wallMs } from '../../core/clock.js';
import { EXIT_SINKS_MARGIN_MS } from '../../core/limits.js';
import { VERSION } from '../../core/version.js';
import { Delivery } from '../../export/sinks/delivery-queue.js';
import { SinkNotifier, type SinkNotifierOptions } from './sink-notifier.js';

export interface AlertSinksOptions extends SinkNotifierOptions {
  /** Of the queue: see Delivery. */
  directory: string;
  service: string;
}

export interface AlertSinksSources {
  /** What came of a notification, as it stands in the alert's actions. */
  delivered(alertId: string, sink: string, text: string): void;
  /** All that fires. */
  firing(): readonly Alert[];
  /** Puts the state on disk. */
  save(): void;
  onFault(code: string, message: string): void;
}

/** How long the end of a process with nothing that fires waits for what is being sent, ms: it is on disk, and the next process of the service sends it. */
const SETTLE_MS = 150;

export class AlertSinks {
  private readonly sources: AlertSinksSources;
  private readonly delivery: Delivery;
  private readonly notifier: SinkNotifier;
  /** Until when the process waits, machine clock; null: it does not end. */
  private endsAtMs: number | null = null;
  private toldEnds = false;

  constructor(options: AlertSinksOptions, sources: AlertSinksSources) {
    this.sources = sources;
    const { directory, service, sinks } = options;
    this.delivery = new Delivery({
      directory,
      sinks,
      source: { service, host: hostname(), pid: process.pid, version: VERSION },
      onDropped: (count, reason) => sources.onFault('ALERTS_DROPPED', `${count} notifications: ${reason}`),
      onTrouble: (message) => sources.onFault('ALERTS_QUEUE', message),
    });
    this.delivery.onResult = (alertId, sink, { text }) => sources.delivered(alertId, sink, text);
    this.notifier = new SinkNotifier(options, {
      enqueue: (alert, names) => this.delivery.enqueue(alert, names),
      say: sources.delivered,
      nowMs: wallMs,
    });
  }

  /** An alert fires, or one that fired is over. */
  send(alert: Alert): void {
    this.notifier.send(alert);
  }

  /** More is known of an alert that fires. */
  sendAgain(alert: Alert): void {
    if (this.endsAtMs === null) this.notifier.sendAgain(alert);
  }

  /** Alerts that fire go on firing. */
  goOn(firing: readonly Alert[], holding: () => ReadonlySet<string>): void {
    // Who has been told that the process ends is not told that it goes on.
    if (this.endsAtMs !== null) return;
    if (this.notifier.goOn(firing, holding)) this.sources.save();
    this.delivery.repost(firing, wallMs(), (alert) => this.notifier.sinksToRepeat(alert));
  }

  /** Starts what is due. */
  tick(): void {
    this.delivery.tick(wallMs());
  }

  /** Plain JSON, bounded. */
  save(): unknown {
    return this.notifier.save();
  }

  /**
   * The process ends: receivers of what fires are told so at once, while the last report is written.
   * @param waitMs how long the process waits for its end.
   */
  beginEnd(waitMs: number): void {
    this.endsAtMs = machineMs() + waitMs;
    this.delivery.beginEnd();
    this.tellEnds();
  }

  /** The last window has been judged: what has begun to fire by it ends as well. */
  judged(): void {
    if (this.endsAtMs !== null) this.tellEnds();
  }

  /** Waits within the bound, and leaves on disk what could not be sent. */
  async end(): Promise<void> {
    this.tellEnds();
    const leftMs = Math.max(0, (this.endsAtMs ?? 0) - machineMs() - EXIT_SINKS_MARGIN_MS);
    await this.delivery.settle(this.toldEnds ? leftMs : Math.min(leftMs, SETTLE_MS));
    this.delivery.close();
  }

  private tellEnds(): void {
    const firing = this.sources.firing();
    if (firing.length === 0 || !this.notifier.end(firing, this.sources.save)) return;
    this.toldEnds = true;
    this.delivery.tryNow(wallMs());
  }
}
