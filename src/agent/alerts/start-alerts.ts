// Connects alerts to the parts of the agent that they read and act through.
import { safeServiceName } from '../../config/derive-service.js';
import type { ResolvedConfig } from '../../config/resolve.js';
import { nsToMs } from '../../core/units.js';
import { WINDOW_SEQ } from '../../memory/window-memory.js';
import type { AlertLine } from '../../report/alerts-log.js';
import type { AgentLog } from '../agent-log.js';
import type { ApplicationThreads } from '../application-threads.js';
import type { CpuWatch } from '../cpu-watch.js';
import type { Directory } from '../directory.js';
import { gaugesOf } from '../reporter.js';
import type { RuntimeSampler } from '../runtime-sampler.js';
import { gcSoFar } from '../samplers/gc-so-far.js';
import type { StallMonitor } from '../stalls/stall-monitor.js';
import type { Windows } from '../windows.js';
import { Alerts } from './alerts.js';

/** Parts of the agent. */
export interface AgentParts {
  config: ResolvedConfig;
  cwd: string;
  runDirectory: string;
  service: string;
  windows: Windows;
  directory: Directory;
  threads: ApplicationThreads;
  sampler: RuntimeSampler;
  stalls: StallMonitor;
  cpu: CpuWatch;
  log: AgentLog;
}

export interface AlertEvents {
  onAlert(line: AlertLine): void;
  onFault(code: string, message: string): void;
}

export function startAlerts(parts: AgentParts, events: AlertEvents): Alerts {
  const { config, cwd, runDirectory, service, windows, directory, threads, sampler, stalls } = parts;
  return new Alerts(
    {
      given: config.alerts,
      cwd,
      directory: runDirectory,
      service: safeServiceName(service),
      timeScale: config.timeScale,
      windowMs: config.intervalMs,
      // On Linux the main thread has the process's number.
      mainTid: process.pid,
    },
    {
      ...events,
      open: () => {
        const window = windows.current;
        return { window, seq: window.header[WINDOW_SEQ], totals: windows.memory.totals, paths: directory.paths, counters: directory.counters };
      },
      gauges: () => gaugesOf(threads),
      memory: () => sampler.memory,
      gcSoFar: () => gcSoFar(windows.current),
      loopDelayP99Ms: () => nsToMs(sampler.loopDelayP99Ns),
      loopStalledMs: () => stalls.stalledMs('main'),
      actions: actionSources(parts, events),
    },
  );
}
