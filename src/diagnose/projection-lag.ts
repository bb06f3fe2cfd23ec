// The lag of projections that have stopped: their gauge stays where it was, and would say that all is well. Pure: time is an argument.
import { PROJECTION_LAG_MS, PROJECTION_POSITION, STORE_HEAD } from '../core/instrument-names.js';
import type { GaugeFigures } from './figures.js';

/**
 * Corrects lag gauges by the projection's position and the store's head, where both are known. While events wait and the position does not move, the lag
 * is at least the time since it last moved (or since the first events waited, when that was later); when none wait it is 0. Elsewhere it stays what was told.
 */
export class ProjectionLag {
  /** By projection: where it stood, and since when events have waited there. */
  private readonly stood = new Map<string, { position: number; waitingSinceMs: number | null }>();

  correct(gauges: readonly GaugeFigures[], nowMs: number): GaugeFigures[] {
    const heads = gauges.filter(({ name }) => name === STORE_HEAD).map(({ value }) => value);
    if (heads.length === 0) return [...gauges];
    const head = Math.max(...heads);
    const lags = new Map<string, number>();
    for (const { name, labels, value } of gauges) {
      if (name === PROJECTION_POSITION) lags.set(labels.projection ?? '', this.lagOf(labels.projection ?? '', value, head, nowMs));
    }
    const corrected = gauges.map((gauge) => {
      const waitedMs = gauge.name === PROJECTION_LAG_MS ? lags.get(gauge.labels.projection ?? '') : undefined;
      if (waitedMs === undefined) return gauge;
      return { ...gauge, value: Number.isNaN(waitedMs) ? 0 : Math.max(gauge.value, waitedMs) };
    });
    for (const [projection, waitedMs] of lags) {
      const isTold = gauges.some(({ name, labels }) => name === PROJECTION_LAG_MS && (labels.projection ?? '') === projection);
      if (!isTold) corrected.push({ name: PROJECTION_LAG_MS, labels: { projection }, value: Number.isNaN(waitedMs) ? 0 : waitedMs });
    }
    return corrected;
  }

  /** NaN: nothing waits. */
  private lagOf(projection: string, position: number, head: number, nowMs: number): number {
    const before = this.stood.get(projection);
    const hasMoved = before === undefined || before.position !== position;
    const waitingSinceMs = position >= head ? null : hasMoved ? nowMs : (before.waitingSinceMs ?? nowMs);
    this.stood.set(projection, { position, waitingSinceMs });
    return waitingSinceMs === null ? Number.NaN : nowMs - waitingSinceMs;
  }
}
