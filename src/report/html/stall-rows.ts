// The stalls as the page shows them: what is going on first, then the longest; which of them hold their flame graph; and the fragment of each.
import type { RunStall } from '../report-types.js';

/** Flame graphs of stalls in the page: 30 KB each. The others are in their files. */
export const STALL_FLAMES_MAX = 10;

export interface StallRow {
  /** Id of the row's element; the same when the page is written again. */
  id: string;
  stall: RunStall;
  hasFlame: boolean;
}

export function stallRows(stalls: readonly RunStall[]): StallRow[] {
  const seen = new Map<string, number>();
  const rows = stalls.map((stall) => {
    const id = stall.process === undefined ? `stall-${Number(stall.id)}` : `stall-${stall.process + 1}-${Number(stall.id)}`;
    // An agent thread that was replaced counts from 1 again.
    const before = seen.get(id) ?? 0;
    seen.set(id, before + 1);
    return { id: before === 0 ? id : `${id}.${before + 1}`, stall, hasFlame: false };
  });
  const longest = rows.filter(({ stall }) => stall.flame).sort((a, b) => b.stall.durationMs - a.stall.durationMs);
  for (const row of longest.slice(0, STALL_FLAMES_MAX)) row.hasFlame = true;
  return rows.sort((a, b) => Number(b.stall.ongoing) - Number(a.stall.ongoing) || b.stall.durationMs - a.stall.durationMs);
}
