// KPIs of the process: memory of its limit, CPU of what it may use, pauses of the garbage collector.

import type { Kpi } from '../../core/alert-types.js';
import { formatBytes } from '../../core/units.js';
import { bindingMemory } from '../binding-memory.js';
import { amount, counted, duration } from '../figure-words.js';
import type { Figures, RuntimeFigures } from '../figures.js';
import type { KpiHistory } from '../kpi-history.js';
import { CPU, GC_PAUSE, MEMORY } from '../kpi-targets.js';
import { isInTarget, judged, judgedSustained, noData, withStatus } from './judge.js';

export function systemKpis({ runtime, spanMs }: Figures, history: KpiHistory): Kpi[] {
  return [memory(runtime), cpu(runtime, history, spanMs), gcPause(runtime)];
}

function memory(runtime: RuntimeFigures): Kpi {
  const binding = bindingMemory(runtime);
  if (binding === undefined || !Number.isFinite(runtime.memoryRatio)) return noData(MEMORY, 'no limit is known');
  const heap = binding.of === 'live heap' ? ', the live heap' : '';
  return judged(MEMORY, runtime.memoryRatio * 100, { note: `${formatBytes(binding.bytes)} of ${formatBytes(binding.limitBytes)}${heap}` });
}

function cpu({ cpuUsage, cpuRatio }: RuntimeFigures, history: KpiHistory, spanMs: number): Kpi {
  if (!Number.isFinite(cpuUsage)) {
    history.hold(CPU.name, false, spanMs);
    return noData(CPU, 'its CPU time is not known');
  }
  const note = Number.isFinite(cpuRatio) ? { note: `${amount(cpuRatio)} cores` } : {};
  return judgedSustained(CPU, cpuUsage * 100, history, spanMs, note);
}

function gcPause({ gcCount, gcPauseMeanMs, gcPauseMaxMs }: RuntimeFigures): Kpi {
  if (gcCount === 0 || !Number.isFinite(gcPauseMeanMs)) return noData(GC_PAUSE, 'nothing was collected');
  const note = `mean of ${counted(gcCount, 'pause')}, the longest ${duration(gcPauseMaxMs)}`;
  if (gcPauseMaxMs > GC_PAUSE.alert) return withStatus(GC_PAUSE, gcPauseMeanMs, 'breach', { note });
  return withStatus(GC_PAUSE, gcPauseMeanMs, isInTarget(GC_PAUSE, gcPauseMeanMs) ? 'ok' : 'warn', { note });
}
