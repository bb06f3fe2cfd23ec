// Spans of one thread until they are joined with its CPU samples. Thread: agent. Bounded: short spans are forgotten first, then old ones, and what is missing is known.
import type { SliceSpans } from '../aggregate/slice-spans.js';
import { SPAN_FLOOR_NS, SPAN_FLOOR_NS_MAX, SPAN_LONG_NS, SPAN_LOST_MAX, SPANS_PER_S_MAX } from '../core/limits.js';
import { NS_PER_US } from '../core/units.js';
import type { SpanTable } from '../flame/attribution/span-table.js';

/** Rows allocated at first; doubled as they fill. */
const ROWS_MIN = 1024;
/** Bit of a tag above the path id: the span is synchronous. */
const SYNC_BIT = 1 << 15;
const US_PER_S = 1_000_000;

/**
 * Takes what slices found and hands it out by time. A span that is cut short by a window's end is handed out for both windows.
 *
 * What does not fit is forgotten, shortest first: the floor under which spans are not even asked for doubles (to 64 µs at the most). Where that is not enough, the
 * older half goes and its time counts as lost: nothing in it is attributed.
 */
export class SpanLog {
  private readonly spansMax: number;
  private startUs = new Float64Array(0);
  private endUs = new Float64Array(0);
  /** Process's path id and SYNC_BIT. */
  private tags = new Uint16Array(0);
  private count = 0;
  private lost: [number, number][] = [];
  private shortUs = 0;
  /** Highest floor since spans were last taken: what the next table is complete for. */
  private floorNs = SPAN_FLOOR_NS;
  private floorNowNs = Number.POSITIVE_INFINITY;
  /** Spans that came since a moment, for their rate. */
  private arrived = 0;
  private arrivedFromUs = Number.NaN;
  private dropped = 0;
  private dropsNotedUs = Number.NEGATIVE_INFINITY;

  /** Starts switched off. */
  constructor(spansMax: number) {
    this.spansMax = spansMax;
  }

  /** What slices are to be asked for; Infinity while it is off. */
  get minSpanNs(): number {
    return this.floorNowNs;
  }

  get isOn(): boolean {
    return this.floorNowNs !== Number.POSITIVE_INFINITY;
  }

  /** 0..1: near 1, spans will soon be forgotten unless they are taken. */
  get fillRatio(): number {
    return this.count / this.spansMax;
  }

  /** A sample's spans end after it, so from the moment of switching on nothing is missing. */
  switchOn(): void {
    if (this.isOn) return;
    this.floorNowNs = SPAN_FLOOR_NS;
    this.floorNs = SPAN_FLOOR_NS;
    this.arrivedFromUs = Number.NaN;
  }

  switchOff(): void {
    this.floorNowNs = Number.POSITIVE_INFINITY;
    this.resize(0);
    this.count = 0;
    this.lost = [];
    this.shortUs = 0;
  }

  /** Spans of the thread's next slice, in the ring's order. pathIds: thread's path id -> process's. */
  add(spans: SliceSpans, pathIds: Uint16Array, nowUs: number): void {
    if (!this.isOn) return;
    const length = spans.paths.length;
    this.makeRoom(length);
    const at = this.count;
    this.startUs.set(spans.startUs, at);
    this.endUs.set(spans.endUs, at);
    for (let i = 0; i < length; i++) this.tags[at + i] = pathIds[spans.paths[i]] | (spans.sync[i] === 1 ? SYNC_BIT : 0);
    this.count += length;
    this.shortUs += spans.shortUs;
    if (spans.lost !== null) this.lose(spans.lost[0], spans.lost[1]);
    this.adaptFloor(length, nowUs);
  }

  /** dropped: records that found the ring full, since the thread started. A dropped span that began before the last look is missing there unnoticed. */
  noteDrops(dropped: number, nowUs: number): void {
    if (dropped > this.dropped) this.lose(this.dropsNotedUs, nowUs);
    this.dropped = dropped;
    this.dropsNotedUs = nowUs;
  }

  /**
   * The spans that began before untilUs. Those that end later stay as well, for the next time. Spans that were open at untilUs and have ended since are only in it
   * when a drain has begun after their end: take late.
   */
  take(untilUs: number): SpanTable {
    const { startUs, endUs, tags, count } = this;
    let rows = 0;
    for (let i = 0; i < count; i++) if (startUs[i] < untilUs) rows++;
    const table: SpanTable = {
      paths: new Uint16Array(rows),
      startUs: new Float64Array(rows),
      endUs: new Float64Array(rows),
      sync: new Uint8Array(rows),
      lost: this.lost.filter(([fromUs]) => fromUs < untilUs),
      minSpanNs: this.isOn ? this.floorNs : Number.POSITIVE_INFINITY,
      shortUs: this.shortUs,
    };
    for (let i = 0, row = 0; i < count; i++) {
      if (startUs[i] >= untilUs) continue;
      table.paths[row] = tags[i] & ~SYNC_BIT;
      table.startUs[row] = startUs[i];
      table.endUs[row] = endUs[i];
      table.sync[row++] = tags[i] >= SYNC_BIT ? 1 : 0;
    }
    this.keep((i) => endUs[i] > untilUs);
    this.resize(this.count);
    this.lost = this.lost.filter(([, toUs]) => toUs > untilUs);
    this.shortUs = 0;
    this.floorNs = this.floorNowNs;
    return table;
  }

  private makeRoom(length: number): void {
    while (this.count + length > this.spansMax && this.floorNowNs < SPAN_FLOOR_NS_MAX) {
      this.raiseFloor();
      this.forgetShort();
    }
    while (this.count + length > this.spansMax && this.count > 0) this.forgetOlderHalf();
    const needed = this.count + length;
    if (needed > this.tags.length) this.resize(Math.max(ROWS_MIN, needed, Math.min(this.spansMax, this.tags.length * 2)));
  }

  private raiseFloor(): void {
    this.floorNowNs = Math.min(SPAN_FLOOR_NS_MAX, this.floorNowNs * 2);
    this.floorNs = Math.max(this.floorNs, this.floorNowNs);
  }

  private forgetShort(): void {
    const { startUs, endUs, tags } = this;
    const floorUs = this.floorNowNs / NS_PER_US;
    this.keep((i) => {
      const lengthUs = endUs[i] - startUs[i];
      if (lengthUs >= floorUs) return true;
      if (tags[i] >= SYNC_BIT) this.shortUs += lengthUs;
      return false;
    });
  }

  /** By their ends. Long spans stay as far as they leave a quarter of the room. */
  private forgetOlderHalf(): void {
    const { startUs, endUs } = this;
    const half = (this.count + 1) >> 1;
    let long = 0;
    for (let i = 0; i < half; i++) if ((endUs[i] - startUs[i]) * NS_PER_US >= SPAN_LONG_NS) long++;
    const keepsLong = long <= half >> 1;
    let fromUs = Number.POSITIVE_INFINITY;
    let toUs = Number.NEGATIVE_INFINITY;
    this.keep((i) => {
      if (i >= half || (keepsLong && (endUs[i] - startUs[i]) * NS_PER_US >= SPAN_LONG_NS)) return true;
      fromUs = Math.min(fromUs, startUs[i]);
      toUs = Math.max(toUs, endUs[i]);
      return false;
    });
    this.lose(fromUs, toUs);
  }

  private lose(fromUs: number, toUs: number): void {
    const { lost } = this;
    lost.push([fromUs, toUs]);
    lost.sort((a, b) => a[0] - b[0]);
    for (let i = lost.length - 1; i > 0; i--) if (lost[i][0] <= lost[i - 1][1]) joinAt(lost, i);
    if (lost.length <= SPAN_LOST_MAX) return;
    let nearest = 1;
    for (let i = 2; i < lost.length; i++) if (lost[i][0] - lost[i - 1][1] < lost[nearest][0] - lost[nearest - 1][1]) nearest = i;
    joinAt(lost, nearest);
  }

  /** Doubles as soon as a second's worth has come; halves by the rate of a whole second. */
  private adaptFloor(arrived: number, nowUs: number): void {
    if (Number.isNaN(this.arrivedFromUs)) this.arrivedFromUs = nowUs;
    this.arrived += arrived;
    const seconds = (nowUs - this.arrivedFromUs) / US_PER_S;
    if (this.arrived > SPANS_PER_S_MAX * Math.max(1, seconds)) this.raiseFloor();
    else if (seconds < 1) return;
    else if (this.arrived < (SPANS_PER_S_MAX / 8) * seconds) this.floorNowNs = Math.max(SPAN_FLOOR_NS, this.floorNowNs / 2);
    this.arrived = 0;
    this.arrivedFromUs = nowUs;
  }

  private keep(isKept: (row: number) => boolean): void {
    let kept = 0;
    for (let i = 0; i < this.count; i++) {
      if (!isKept(i)) continue;
      this.startUs[kept] = this.startUs[i];
      this.endUs[kept] = this.endUs[i];
      this.tags[kept++] = this.tags[i];
    }
    this.count = kept;
  }

  private resize(rows: number): void {
    const { startUs, endUs, tags, count } = this;
    const used = Math.min(rows, count);
    this.startUs = new Float64Array(rows);
    this.endUs = new Float64Array(rows);
    this.tags = new Uint16Array(rows);
    this.startUs.set(startUs.subarray(0, used));
    this.endUs.set(endUs.subarray(0, used));
    this.tags.set(tags.subarray(0, used));
  }
}

/** Makes a range and the one before it one. */
function joinAt(ranges: [number, number][], i: number): void {
  ranges[i - 1][1] = Math.max(ranges[i - 1][1], ranges[i][1]);
  ranges.splice(i, 1);
}
