// Connects the leak monitor to the parts of the agent that it reads. The heap sampler starts with it: the earlier, the more ages are known.
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { machineMs, wallMs } from '../../core/clock.js';
import type { LeakLine } from '../../report/leaks-log.js';
import type { AgentParts } from '../alerts/start-alerts.js';
import { analyzeIfRoom } from '../evidence/analyze-if-room.js';
import { heapSessionsIf } from '../evidence/heap-session.js';
import { readProcessMemory } from '../samplers/process-memory.js';
import { FinishedCalls } from './finished-calls.js';
import { HeapSampler } from './heap-sampler.js';
import { LeakMonitor } from './leak-monitor.js';

export interface LeakEvents {
  onLeak(line: LeakLine): void;
  onFault(code: string, message: string): void;
}

export interface Leaks {
  monitor: LeakMonitor;
  /** Lets go of the main thread: before the process ends, else Node waits for "the debugger". */
  end(): void;
}

export function startLeaks(parts: AgentParts, { onLeak, onFault }: LeakEvents): Leaks {
  const { config, cwd, runDirectory, threads, signals, sampler, cpu, mayInspect } = parts;
  const open = heapSessionsIf(mayInspect);
  const heap = new HeapSampler(config.heapSampleBytes, { open: (isEnding) => open(() => isEnding() || parts.ending), nowMs: machineMs, onFault });
  void heap.start();
  const calls = new FinishedCalls(parts.windows.memory);
  const monitor = new LeakMonitor(
    {
      directory: runDirectory,
      cwd,
      timeScale: config.timeScale,
      mayCollect: config.heapCollect && config.heapSampleBytes > 0,
      startMs: machineMs() - process.uptime() * 1000,
    },
    {
      readMain: () => threads.main?.readSample() ?? null,
      nativeBytes: () => signals.nativeBytes(),
      handles: () => signals.handles,
      finishedCalls: () => calls.read(),
      limits: () => {
        const { heapLimitBytes, rssBytes } = sampler.memory;
        const { limitBytes, usedBytes } = readProcessMemory(rssBytes, totalmem());
        return { heapLimitBytes: heapLimitBytes || null, memoryLimitBytes: limitBytes || null, usedBytes };
      },
      sampler: heap,
      calls: cpu.calls,
      analyze: (file, hints) => analyzeIfRoom(join(runDirectory, file), { hints }),
      nowMs: machineMs,
      nowWallMs: wallMs,
      onLeak,
      onFault,
    },
  );
  signals.snapshotBytes = () => monitor.snapshotBytes;
  return { monitor, end: () => heap.end() };
}
