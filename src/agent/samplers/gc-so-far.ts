// Collections of a window so far, from its exact figures.
import { nsToMs } from '../../core/units.js';
import { S_MAX, S_SUM, S_TIMED, STAT_FIELDS, type WindowMemory } from '../../memory/window-memory.js';
import { RESERVED } from '../directory.js';

export function gcSoFar({ stats }: WindowMemory): { count: number; totalMs: number; pauseNsMax: number } {
  const gc = { count: 0, totalMs: 0, pauseNsMax: 0 };
  for (const { id, name } of RESERVED) {
    if (name !== 'pitot.gc') continue;
    gc.count += stats[id * STAT_FIELDS + S_TIMED];
    gc.totalMs += nsToMs(stats[id * STAT_FIELDS + S_SUM]);
    gc.pauseNsMax = Math.max(gc.pauseNsMax, stats[id * STAT_FIELDS + S_MAX]);
  }
  return gc;
}
