// Takes alerts to their sinks: in order for each sink, again and again until it takes them, across restarts. Thread: agent. Never throws.
import { randomUUID } from 'node:crypto';
import type { Alert } from '../../core/alert-types.js';
import { wallMs } from '../../core/clock.js';
import {
  NOTIFICATION_AGE_MS_MAX,
  QUEUE_BYTES_MAX,
  QUEUE_MAX,
  QUEUE_PULSE_MS,
  REPOST_ALERTS_MAX,
  REPOST_MS,
  STUCK_STRIKES,
  STUCK_TRIES,
} from '../../core/limits.js';
import { postableAlert } from './alertmanager-payload.js';
import { backOffMs } from './back-off.js';
import type { DeliveryOptions, DeliveryOutcome, DeliverySources } from './delivery-options.js';
import { type PostOutcome, type PostRequest, postJson } from './http-post.js';
import { KnownAddresses } from './known-addresses.js';
import { type Lane, makeLane } from './lane.js';
import { boundAlert, isAtLeast } from './notification.js';
import { type Entry, QueueFiles } from './queue-files.js';
import { SecretUnreadable } from './secret.js';
import { type SinkConfig, SUPERSEDES } from './sink-config.js';
import { alertsRequest, sinkRequest } from './sink-request.js';

export type { DeliveryOptions, DeliveryOutcome, DeliverySources } from './delivery-options.js';

/**
 * At least once: a process killed between a delivery and its removal from disk sends it again, with the same id.
 * An alert's id must be its own among all processes of the service: it is the key by which receivers know its end.
 */
export class Delivery {
  /** Called after each try, and when a notification is dropped. */
  onResult: (alertId: string, sink: string, outcome: DeliveryOutcome) => void = () => {};
  private readonly options: DeliveryOptions;
  private readonly sources: Required<DeliverySources>;
  private readonly files: QueueFiles;
  private readonly lanes = new Map<string, Lane>();
  private readonly abort = new AbortController();
  private readonly addresses = new KnownAddresses();
  private count = 0;
  private bytes = 0;
  private nowMs: number;
  private queuedAtMs = 0;
  private pulsedAtMs: number;
  private closed = false;

  constructor(options: DeliveryOptions, sources: DeliverySources = {}) {
    this.options = options;
    this.sources = { nowMs: wallMs, random: Math.random, post: postJson, ...sources };
    this.nowMs = this.sources.nowMs();
    this.pulsedAtMs = this.nowMs;
    this.files = new QueueFiles(options.directory, options.source.host, (message) => this.guard(() => options.onTrouble?.(message)));
    for (const name of options.sinks.keys()) this.laneOf(name);
    this.guard(() => this.take(this.files.open()));
  }

  /** Notifications that wait, all sinks together. */
  get size(): number {
    return this.count;
  }

  /** Queues an alert that fires or is over for the sinks named; those that are not configured, or do not want it, are passed over. */
  enqueue(alert: Alert, sinkNames: readonly string[]): void {
    if (this.closed || alert.state === 'pending') return;
    this.guard(() => {
      const bounded = boundAlert(alert);
      for (const name of new Set(sinkNames)) this.enqueueFor(bounded, name);
    });
  }

  /** Starts what is due. Call it often: several times a second costs nothing while nothing waits. */
  tick(nowMs: number): void {
    if (this.closed) return;
    // A clock that is set back must not make a sink wait for as long.
    const backMs = this.nowMs - nowMs;
    if (backMs > 0) {
      for (const lane of this.lanes.values()) {
        lane.nextAtMs -= backMs;
        lane.askedUntilMs -= backMs;
      }
    }
    this.nowMs = nowMs;
    this.guard(() => {
      if (nowMs - this.pulsedAtMs >= QUEUE_PULSE_MS || nowMs < this.pulsedAtMs) this.pulse();
      this.start();
    });
  }

  /**
   * Sends firing alerts to Alertmanager again, every minute at the most: call it with all that fire, as often as suits.
   * @param sinksOf names of the sinks of an alert; without it, those it was queued for in this process, so that one carried over a restart is left out.
   */
  repost(firing: readonly Alert[], nowMs: number, sinksOf?: (alert: Alert) => readonly string[]): void {
    if (this.closed) return;
    this.guard(() => {
      for (const lane of this.lanes.values()) {
        const { sink } = lane;
        if (sink?.kind !== 'alertmanager' || (nowMs - lane.repostedAtMs < REPOST_MS && nowMs >= lane.repostedAtMs)) continue;
        const ids = new Set(firing.map(({ id }) => id));
        for (const known of [lane.firing, lane.refused]) for (const id of known) if (!ids.has(id)) known.delete(id);
        const isMine = (alert: Alert): boolean => (sinksOf === undefined ? lane.firing.has(alert.id) : sinksOf(alert).includes(lane.name));
        lane.reposts = firing
          .filter((alert) => alert.state === 'firing' && isAtLeast(alert.severity, sink.minSeverity) && isMine(alert))
          .map(boundAlert);
        lane.repostedAtMs = nowMs;
      }
    });
    this.tick(nowMs);
  }

  /** The process ends: it must not wait for names to be looked up. */
  beginEnd(): void {
    this.addresses.freeze();
  }

  /** Tries each sink once more, whatever its back-off, but not before the time that its receiver has asked for. */
  tryNow(nowMs: number): void {
    for (const lane of this.lanes.values()) lane.nextAtMs = Math.min(lane.nextAtMs, lane.askedUntilMs);
    this.tick(nowMs);
  }

  /** Sends what is due and waits until nothing is under way, or for so long. */
  async settle(timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    let isOver = false;
    const idle = async (): Promise<void> => {
      while (!isOver && !this.closed) {
        this.guard(() => this.start());
        const running = [...this.lanes.values()].flatMap((lane) => lane.running ?? []);
        if (running.length === 0) return;
        await Promise.all(running);
      }
    };
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMs);
    });
    await Promise.race([idle(), late]);
    isOver = true;
    clearTimeout(timer);
  }

  /** Gives up what is under way and leaves what waits on disk, for this process's next delivery or another process. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.abort.abort();
    this.guard(() => {
      const lost = this.files.close();
      if (lost > 0) this.options.onDropped(lost, 'they were in memory alone, as the disk takes nothing');
    });
  }

  private enqueueFor(alert: Alert, name: string): void {
    const sink = this.options.sinks.get(name);
    if (sink === undefined || !isAtLeast(alert.severity, sink.minSeverity)) return;
    const lane = this.laneOf(name);
    if (alert.state === 'resolved') {
      lane.firing.delete(alert.id);
      lane.reposts = lane.reposts.filter(({ id }) => id !== alert.id);
      if (!sink.sendResolved) return;
    } else if (sink.kind === 'alertmanager') lane.firing.add(alert.id);
    if (SUPERSEDES[sink.kind]) {
      for (const entry of lane.entries.filter((waiting) => waiting.alertId === alert.id && waiting !== lane.inFlight)) this.forget(lane, entry);
    }
    // A clock that is set back must not change the order of the files.
    this.queuedAtMs = Math.max(this.queuedAtMs, Math.floor(this.sources.nowMs()));
    const entry = this.files.add(
      { v: 1, id: randomUUID(), sink: name, queuedAtMs: this.queuedAtMs, source: this.options.source, alert },
      this.count === 0,
    );
    if (entry === null) this.dropped(lane, alert.id, 0, 'disk and memory are full');
    else this.push(lane, entry);
    this.keepBounds();
  }

  /** Entries from disk: older than what this process queued, so that they come first. */
  private take(entries: Entry[]): void {
    for (const entry of entries) this.push(this.laneOf(entry.sink), entry);
    for (const lane of new Set(entries.map(({ sink }) => this.laneOf(sink)))) {
      const head = lane.inFlight;
      lane.entries = lane.entries.filter((entry) => entry !== head).sort((a, b) => a.queuedAtMs - b.queuedAtMs);
      if (head !== null) lane.entries.unshift(head);
    }
    this.keepBounds();
  }

  private push(lane: Lane, entry: Entry): void {
    lane.entries.push(entry);
    this.count++;
    this.bytes += entry.bytes;
  }

  private forget(lane: Lane, entry: Entry): void {
    const index = lane.entries.indexOf(entry);
    if (index < 0) return;
    lane.entries.splice(index, 1);
    this.count--;
    this.bytes -= entry.bytes;
    this.files.remove(entry);
  }

  /** Beyond a bound the oldest of the longest lane go: a sink that is out must not cost the others theirs. */
  private keepBounds(): void {
    const { notificationsMax = QUEUE_MAX, bytesMax = QUEUE_BYTES_MAX } = this.options;
    while (this.count > notificationsMax || this.bytes > bytesMax) {
      const lane = [...this.lanes.values()].reduce((longest, other) => (other.entries.length > longest.entries.length ? other : longest));
      const oldest = lane.entries.find((entry) => entry !== lane.inFlight);
      if (oldest === undefined) return;
      this.forget(lane, oldest);
      this.dropped(lane, oldest.alertId, oldest.tries, 'the queue is full');
    }
  }

  private pulse(): void {
    this.pulsedAtMs = this.nowMs;
    this.take(this.files.pulse(this.count === 0));
    for (const lane of this.lanes.values()) {
      for (const entry of lane.entries.filter(({ queuedAtMs }) => this.nowMs - queuedAtMs > NOTIFICATION_AGE_MS_MAX)) {
        if (entry === lane.inFlight) continue;
        this.forget(lane, entry);
        this.dropped(lane, entry.alertId, entry.tries, lane.sink === undefined ? `no sink ${lane.name} is configured` : 'nobody took it for a day');
      }
    }
  }

  private start(): void {
    for (const lane of this.lanes.values()) {
      if (lane.running !== null || !this.isDue(lane)) continue;
      lane.running = this.run(lane).finally(() => {
        lane.running = null;
      });
    }
  }

  private isDue(lane: Lane): boolean {
    return !this.closed && lane.sink !== undefined && this.nowMs >= lane.nextAtMs && (lane.entries.length > 0 || lane.reposts.length > 0);
  }

  private async run(lane: Lane): Promise<void> {
    while (this.isDue(lane)) {
      const entry = lane.entries.at(0) ?? null;
      lane.inFlight = entry;
      try {
        if (entry === null) await this.sendAgain(lane);
        else await this.send(lane, entry);
      } catch {
        // Nothing in there throws; a lane that span would be worse than one that waits.
        this.failed(lane, 0);
      }
      lane.inFlight = null;
    }
  }

  private async send(lane: Lane, entry: Entry): Promise<void> {
    const notification = this.files.read(entry);
    if (notification === 'gone' || notification === 'unreadable') {
      this.forget(lane, entry);
      if (notification === 'unreadable') this.dropped(lane, entry.alertId, entry.tries, 'its file cannot be read');
      return;
    }
    const outcome = await this.post(() => sinkRequest(lane.sink as SinkConfig, notification, this.nowMs));
    if (this.closed && outcome.kind === 'retry') return;
    entry.tries++;
    if (outcome.kind === 'retry') {
      this.failed(lane, outcome.retryAfterMs ?? 0);
      if (this.isHopeless(lane, entry, outcome.reason)) {
        this.forget(lane, entry);
        this.dropped(lane, entry.alertId, entry.tries, `${outcome.reason} each time, while others were delivered`);
        return;
      }
    } else {
      lane.failures = 0;
      if (outcome.kind === 'delivered') lane.delivered++;
      this.forget(lane, entry);
    }
    const { state, words } = said(outcome, entry.tries);
    this.tell(lane, entry.alertId, { state, text: words, tries: entry.tries });
    if (outcome.kind === 'refused') this.guard(() => this.options.onDropped(1, `${lane.name}: refused (${outcome.reason})`));
  }

  /**
   * A receiver that fails at one notification would get none behind it: after many tries that it answered with 5xx, the next one goes first.
   * It is hopeless once it has failed several times with a delivery of another before each.
   */
  private isHopeless(lane: Lane, entry: Entry, reason: string): boolean {
    if (entry.tries < STUCK_TRIES || !reason.startsWith('status 5')) return false;
    if (entry.deliveredBefore >= 0 && lane.delivered > entry.deliveredBefore && ++entry.strikes >= STUCK_STRIKES) return true;
    entry.deliveredBefore = lane.delivered;
    const other = lane.entries.findIndex(({ alertId }) => alertId !== entry.alertId);
    if (other > 0) lane.entries.splice(0, other + 1, lane.entries[other], ...lane.entries.slice(0, other));
    return false;
  }

  private async sendAgain(lane: Lane): Promise<void> {
    const { sink } = lane;
    const alerts = lane.reposts.splice(0, REPOST_ALERTS_MAX);
    if (sink?.kind !== 'alertmanager') return;
    const bodies = alerts.map((alert) => postableAlert({ source: this.options.source, alert }, this.nowMs));
    const outcome = await this.post(() => alertsRequest(sink, bodies));
    if (outcome.kind === 'retry') {
      // They come again with the next call.
      lane.reposts = [];
      this.failed(lane, outcome.retryAfterMs ?? 0);
      return;
    }
    lane.failures = 0;
    this.tellSentAgain(lane, alerts, outcome);
  }

  /** It is sent every minute: a refusal is told when it begins, and that it is over. */
  private tellSentAgain(lane: Lane, alerts: readonly Alert[], outcome: Exclude<PostOutcome, { kind: 'retry' }>): void {
    const isRefused = outcome.kind === 'refused';
    const words = isRefused ? `refused when sent again (${outcome.reason})` : 'delivered when sent again';
    const changed = alerts.filter(({ id }) => lane.refused.has(id) !== isRefused);
    for (const { id } of changed) {
      if (isRefused) lane.refused.add(id);
      else lane.refused.delete(id);
      this.tell(lane, id, { state: outcome.kind, text: words, tries: 1 });
    }
    if (isRefused && changed.length > 0) this.guard(() => this.options.onDropped(changed.length, `${lane.name}: ${words}`));
  }

  private async post(build: () => PostRequest): Promise<PostOutcome> {
    let request: PostRequest;
    try {
      request = { ...build(), signal: this.abort.signal, lookup: this.addresses.lookup };
    } catch (error) {
      // Node.js puts the address into its own error: that one is not told.
      return { kind: 'retry', reason: error instanceof SecretUnreadable ? error.message : 'a secret that is no address' };
    }
    try {
      return await this.sources.post(request);
    } catch {
      return { kind: 'retry', reason: 'the request failed' };
    }
  }

  private failed(lane: Lane, askedMs: number): void {
    lane.failures++;
    lane.askedUntilMs = this.nowMs + askedMs;
    lane.nextAtMs = this.nowMs + Math.max(1, backOffMs(lane.failures, this.sources.random, askedMs));
  }

  private dropped(lane: Lane, alertId: string, tries: number, reason: string): void {
    this.guard(() => this.options.onDropped(1, `${lane.name}: ${reason}`));
    this.tell(lane, alertId, { state: 'dropped', text: `dropped (${reason})`, tries });
  }

  private tell(lane: Lane, alertId: string, outcome: DeliveryOutcome): void {
    const text = `${lane.sink?.kind ?? 'sink'} ${lane.name}: ${outcome.text}`;
    this.guard(() => this.onResult(alertId, lane.name, { ...outcome, text }));
  }

  private laneOf(name: string): Lane {
    let lane = this.lanes.get(name);
    if (lane === undefined) {
      lane = makeLane(name, this.options.sinks.get(name));
      this.lanes.set(name, lane);
    }
    return lane;
  }

  /** A fault in a callback, or one nobody thought of, ends here. */
  private guard(work: () => void): void {
    try {
      work();
    } catch {
      // Counted nowhere: whoever was to be told is the one that failed.
    }
  }
}

function said(outcome: PostOutcome, tries: number): { state: DeliveryOutcome['state']; words: string } {
  if (outcome.kind === 'delivered') return { state: 'delivered', words: tries === 1 ? 'delivered' : `delivered at try ${tries}` };
  if (outcome.kind === 'refused') return { state: 'refused', words: `refused (${outcome.reason})` };
  return { state: 'waiting', words: `waiting after try ${tries} (${outcome.reason})` };
}
