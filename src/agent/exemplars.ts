// The slowest commands of the window, of all threads, with their trace ids.
import { EXEMPLARS_MAX } from '../core/limits.js';
import type { ExemplarMessage } from '../memory/messages.js';
import type { Exemplar } from '../report/report-types.js';

/** Threads hand over their slowest as they come; the slowest of those are kept. */
export class Exemplars {
  /** Slowest first. */
  private kept: ExemplarMessage[] = [];

  /** Of equal durations the one that came first stands first. A message without a finite duration is left out. */
  add(message: ExemplarMessage): void {
    if (!Number.isFinite(message.durationMs) || !Number.isFinite(message.atMs)) return;
    const slower = this.kept.findIndex(({ durationMs }) => durationMs < message.durationMs);
    if (slower < 0) this.kept.push(message);
    else this.kept.splice(slower, 0, message);
    if (this.kept.length > EXEMPLARS_MAX) this.kept.pop();
  }

  /** What the window's report says, slowest first; the next window begins with none. */
  closeWindow(): Exemplar[] {
    const exemplars = this.kept.map(({ atMs, ...fields }) => ({ ...fields, at: new Date(atMs).toISOString() }));
    this.kept = [];
    return exemplars;
  }
}
