// Why a run has no CPU profile, in a sentence without its end.
import type { RunSummary } from './report-types.js';

/** null: it has one. */
export function whyNoProfile({ cpu, config, agent }: Pick<RunSummary, 'cpu' | 'config' | 'agent'>): string | null {
  if (cpu !== null && cpu.samples > 0) return null;
  const fault = agent.faults.find(({ code }) => code === 'NO_CPU_PROFILE');
  if (fault !== undefined) return fault.message;
  if (config.cpuIntervalUs === 0) return 'CPU profiling is switched off (PITOT_CPU_INTERVAL_US is 0)';
  return 'no window with samples has been reported';
}
