// Does the pipeline keep up with one thread that does nothing but record, and does every call turn up in the report when it does not?
import { runChild, sumReports } from './child.js';
import { atLeast, type Bench, exactly, type Row, row } from './row.js';
import { runAlone } from './run-benches.js';

/** The rate that has to pass without a drop, millions a second. */
const SPANS_M_PER_S = 10;

export const throughput: Bench = {
  name: 'throughput',
  async run({ quick, progress }) {
    const seconds = quick ? 1 : 10;
    const rows: Row[] = [];
    for (const kind of ['spans', 'records'] as const) {
      const what = kind === 'spans' ? 'spans, as fast as they go' : `record(ns), paced at ${SPANS_M_PER_S} M/s`;
      progress(`${what}, ${seconds} s, every call timed`);
      const { sum, calls, rateMPerS } = await measure(kind, seconds, { PITOT_OVERHEAD_BUDGET: '1' });
      const note = `one thread, ${seconds} s, default ring, every call timed; ${calls} calls made`;
      rows.push(
        row({ bench: 'throughput', name: `${what}: dropped`, value: sum.dropped, unit: 'records', bound: exactly(0), note }),
        row({ bench: 'throughput', name: `${what}: rate`, value: rateMPerS, unit: 'M/s', bound: kind === 'spans' ? atLeast(SPANS_M_PER_S) : null }),
        unaccounted(what, calls, sum),
      );
    }
    const what = 'spans, default budget';
    progress(`${what}, ${seconds} s`);
    const { sum, calls, rateMPerS } = await measure('spans', seconds, {});
    const note = `timed 1 in ${sum.sampledMax.toFixed(1)} over a window; aggregated ${sum.aggregated}, sampled out ${sum.sampledOut}, dropped ${sum.dropped}`;
    rows.push(row({ bench: 'throughput', name: `${what}: rate`, value: rateMPerS, unit: 'M/s', note }), unaccounted(what, calls, sum));
    return rows;
  },
};

async function measure(kind: 'spans' | 'records', seconds: number, env: Record<string, string>) {
  const { result, reports } = await runChild<{ calls: number; spentMs: number }>({
    script: 'throughput',
    pitot: true,
    args: [kind, String(seconds)],
    env,
  });
  return { sum: sumReports(reports, 'bench.hot'), calls: result.calls, rateMPerS: result.calls / result.spentMs / 1000 };
}

/** Two identities in one figure: recorded = calls made, and recorded = aggregated + dropped + sampledOut. GC pauses are records of pitot's own. */
function unaccounted(what: string, calls: number, sum: ReturnType<typeof sumReports>): Row {
  const missing = Math.abs(calls - sum.pathCount) + Math.abs(sum.recorded - sum.aggregated - sum.dropped - sum.sampledOut);
  return row({
    bench: 'throughput',
    name: `${what}: calls unaccounted for`,
    value: missing,
    unit: 'calls',
    bound: exactly(0),
    note: `${calls} calls made, ${sum.pathCount} reported on the path; recorded ${sum.recorded} = ${sum.aggregated} + ${sum.dropped} + ${sum.sampledOut}`,
  });
}

await runAlone(import.meta.url, throughput);
