// Connects alerts to the parts of the agent that they read and act through.
import { totalmem } from 'node:os';
import { dirname } from 'node:path';
import v8 from 'node:v8';
import { safeServiceName } from '../../config/derive-service.js';
import type { ResolvedConfig } from '../../config/resolve.js';
import { machineMs, wallMs } from '../../core/clock.js';
import { ALERT_FLAME_MS } from '../../core/limits.js';
import { MS_PER_S, nsToMs } from '../../core/units.js';
import { nearLimitFile } from '../../host/near-heap-limit.js';
import { WINDOW_SEQ } from '../../memory/window-memory.js';
import type { AlertLine } from '../../report/alerts-log.js';
import { keepNewestFlames } from '../../report/flame-files.js';
import { writeAlertFlame } from '../actions/flame-action.js';
import type { AgentLog } from '../agent-log.js';
import type { ApplicationThreads } from '../application-threads.js';
import type { CpuWatch } from '../cpu-watch.js';
import type { Directory } from '../directory.js';
import { hostInName } from '../evidence/heap-files.js';
import { heapSessionsIf } from '../evidence/heap-session.js';
import { pauseTooLong, type SnapshotTaken, snapshotNote } from '../evidence/heap-snapshot-action.js';
import { removeLeftovers } from '../evidence/leftover-files.js';
import { collectNearLimitFiles, markNearLimit } from '../evidence/near-limit-files.js';
import type { LeakMonitor } from '../leaks/leak-monitor.js';
import type { MemorySignals } from '../leaks/memory-signals.js';
import { type LeakEvents, startLeaks } from '../leaks/start-leaks.js';
import { ownerOfPid, thisProcess } from '../process-owner.js';
import { gaugesOf, isAlive } from '../reporter.js';
import type { RuntimeSampler } from '../runtime-sampler.js';
import { gcSoFar } from '../samplers/gc-so-far.js';
import { readProcessMemory } from '../samplers/process-memory.js';
import type { StallMonitor } from '../stalls/stall-monitor.js';
import type { Windows } from '../windows.js';
import { Alerts } from './alerts.js';
import { loadAlerts } from './load-alerts.js';

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
  /** Closes the window, so that its report is on disk. */
  reportFirst(): Promise<unknown>;
  signals: MemorySignals;
  /** False: the permission model forbids sessions of the inspector. */
  mayInspect: boolean;
  /** The process ends: no line to main may be opened any more. */
  readonly ending: boolean;
}

export interface AlertEvents extends LeakEvents {
  onAlert(line: AlertLine): void;
}

export async function startAlerts(parts: AgentParts, events: AlertEvents): Promise<Alerts> {
  const { config, cwd, runDirectory, service, windows, directory, threads, sampler, stalls } = parts;
  const loaded = loadAlerts(config.alerts, cwd, process.env);
  const self = thisProcess();
  const nowMs = wallMs();
  const ending = nearLimitFile(config);
  if (ending !== null) markNearLimit(runDirectory, { ending, of: self });
  else if (config.heapNearLimit === 'profile' || config.heapNearLimit === 'snapshot')
    events.onFault('HEAP_NEAR_LIMIT', notArmed(config.heapNearLimit));
  const own = { self, ownerOf: ownerOfPid, startedMs: nowMs - process.uptime() * MS_PER_S, nowMs };
  for (const file of collectNearLimitFiles(runDirectory, [cwd], own))
    events.onFault('HEAP_LIMIT_FILE', `an earlier process of the service came near its heap limit, and left ${file}: see pitot heap, or DevTools`);
  for (const file of removeLeftovers(dirname(runDirectory), { pid: process.pid, host: hostInName(), isAlive, nowMs }))
    parts.log.log('info', { file }, 'begun by a process that was killed: removed');
  const Sinks = loaded.sinks.size === 0 ? null : (await import('./alert-sinks.js')).AlertSinks;
  const leaks = startLeaks(parts, events);
  return new Alerts(
    {
      loaded,
      Sinks,
      directory: runDirectory,
      service: safeServiceName(service),
      timeScale: config.timeScale,
      heap: { automatic: config.heapSnapshot, redact: config.heapRedact, pauseMsMax: config.heapPauseMs, retainBytes: config.retainBytes },
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
      gauges: () => [...gaugesOf(threads), ...leaks.monitor.gauges()],
      leaks,
      threads: () => Array.from(threads, ({ threadId }) => String(threadId)),
      memory: () => sampler.memory,
      liveBytes: () => threads.main?.readSample()?.liveBytes ?? 0,
      processMemory: () => readProcessMemory(sampler.memory.rssBytes, totalmem()),
      snapshotBytes: () => leaks.monitor.snapshotBytes,
      isWatched: () => leaks.monitor.isWatching,
      gcSoFar: () => gcSoFar(windows.current),
      loopDelayP99Ms: () => nsToMs(sampler.loopDelayP99Ns),
      stalledMain: () => stalls.stalledMain(),
      actions: actionSources(parts, leaks.monitor, events),
    },
  );
}

const notArmed = (asked: 'profile' | 'snapshot'): string =>
  asked === 'snapshot'
    ? 'PITOT_HEAP_NEAR_LIMIT=snapshot has no effect: Node.js would write all contents, and PITOT_HEAP_REDACT=1 forbids that'
    : `PITOT_HEAP_NEAR_LIMIT=profile has no effect: Node.js ${process.version} has no such profile, 26 has`;

/** As the main thread itself wrote them last, with their names: these are the same on every thread, in the same order. */
function spacesOf(threads: ApplicationThreads): { name: string; usedBytes: number }[] {
  const names = v8.getHeapSpaceStatistics();
  return (threads.main?.readSample()?.spaces ?? []).map(({ usedBytes }, index) => ({ name: names[index]?.space_name ?? '', usedBytes }));
}

function actionSources(
  { log, cpu, stalls, threads, sampler, config, cwd, runDirectory, service, reportFirst, mayInspect }: AgentParts,
  leaks: LeakMonitor,
  { onFault }: AlertEvents,
) {
  const formats = config.flameFormats === 'none' ? [] : config.flameFormats.split(',');
  return {
    log: (level: 'info' | 'warn' | 'error', fields: Record<string, unknown>, message: string) => log.log(level, fields, message),
    open: heapSessionsIf(mayInspect),
    spaces: () => spacesOf(threads),
    heapLimitBytes: () => sampler.memory.heapLimitBytes || null,
    reportFirst,
    onBegin: () => leaks.lookAway(),
    onEnd: () => leaks.lookAgain(),
    onStandstill: (startMs: number | null) => (startMs === null ? stalls.own.end(machineMs()) : stalls.own.begin(startMs)),
    onTaken: (taken: SnapshotTaken) => {
      log.log('info', { ...taken }, 'heap snapshot taken');
      const tooLong = pauseTooLong(taken);
      if (tooLong !== '') onFault('HEAP_PAUSE', `a heap snapshot${tooLong}`);
      void leaks.lookInto(taken.file, snapshotNote(taken));
    },
    async takeFlame(sequence: string): Promise<string | null> {
      await cpu.rotateAll();
      const sinceUs = (machineMs() - ALERT_FLAME_MS) * 1000;
      const taken = Array.from(threads, ({ name, threadId }) => ({ threadId, segments: cpu.segments(name, sinceUs) }));
      const content = { directory: runDirectory, sequence, service, pid: process.pid, endWallMs: wallMs(), cwd, formats, threads: taken };
      try {
        const files = await writeAlertFlame(content);
        if (files.length > 0) keepNewestFlames(runDirectory, config.flameKeep);
        return files[0] ?? null;
      } catch (error) {
        onFault('ALERT_FLAME', (error as Error).message);
        return null;
      }
    },
  };
}
