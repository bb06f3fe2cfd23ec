// Runs the analysis of a heap snapshot in a process of its own: with its own memory, at the lowest priority, ended when it takes too long.
import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type ErrorCode, PitotError } from '../../core/errors.js';
import { HEAP_ANALYSIS_HEAP_MIB, HEAP_ANALYSIS_MS_MAX } from '../../core/limits.js';
import type { AnalysisLine, AnalysisRequest } from '../../heap/analysis-process.js';
import type { AnalyzeOptions } from '../../heap/analyze-heap.js';
import type { HeapAnalysis } from '../../heap/heap-analysis.js';
import { beKilledFirst } from '../../heap/killed-first.js';
import { ANALYZE_HEAP_URL } from '../../worker-urls.js';

/**
 * As analyzeHeap, in a child process. Columns are counted by `memoryBytesMax`, what the engine keeps besides by its own limit.
 * @throws PitotError as analyzeHeap does; Error with the reason when the process is killed, times out or is aborted.
 */
export async function analyzeInChild(file: string, options: AnalyzeOptions & { timeoutMs?: number }): Promise<HeapAnalysis> {
  const { onProgress, signal, timeoutMs = HEAP_ANALYSIS_MS_MAX, ...asked } = options;
  signal?.throwIfAborted();
  const request: AnalysisRequest = { file, ...asked };
  const child = spawn(
    process.execPath,
    [`--max-old-space-size=${HEAP_ANALYSIS_HEAP_MIB}`, fileURLToPath(ANALYZE_HEAP_URL), JSON.stringify(request)],
    {
      env: childEnv(process.env),
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    },
  );
  let reason = '';
  const end = (why: string): void => {
    reason ||= why;
    child.kill('SIGKILL');
  };
  const timer = setTimeout(() => end(`took longer than ${timeoutMs} ms`), timeoutMs);
  const aborted = (): void => end('aborted');
  signal?.addEventListener('abort', aborted);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, killedBy) => resolve(killedBy === null ? `ended with code ${code}` : `ended by ${killedBy}`));
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-2000);
  });
  try {
    yieldTo(child.pid);
    let last: AnalysisLine | null = null;
    for await (const text of createInterface({ input: child.stdout })) {
      const line = JSON.parse(text) as AnalysisLine;
      if ('progress' in line) onProgress?.(line.progress.stage, line.progress.doneRatio, line.progress.file);
      else last = line;
    }
    const how = await ended;
    if (last !== null && 'result' in last) return last.result;
    if (last !== null && 'error' in last) throw new PitotError(last.error.code as ErrorCode, last.error.detail);
    if (last !== null && 'fault' in last) throw new Error(`heap analysis: ${last.fault}`);
    throw new Error(`heap analysis ${reason || how}${/heap out of memory/i.test(stderr) ? ': out of memory' : ''}`);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', aborted);
    child.kill('SIGKILL');
  }
}

/** The service comes first. */
function yieldTo(pid: number | undefined): void {
  try {
    if (pid === undefined) return;
    // By itself it does so only once it runs.
    beKilledFirst(pid);
    setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // It has ended already, or the platform does not allow it.
  }
}

/** Not the host's flags, which would load pitot, or a debugger, there as well. */
function childEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(PITOT_|NODE_OPTIONS$|NODE_V8_COVERAGE$)/.test(name)));
}
