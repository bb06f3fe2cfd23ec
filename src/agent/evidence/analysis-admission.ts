// Whether a heap snapshot may be looked into: in a process beside the service, in the same container, of the same memory.
import { ANALYSIS_BASE_BYTES, ANALYSIS_COLUMNS_BYTES_MIN } from '../../core/evidence-limits.js';
import { HEAP_ANALYSIS_BYTES_MAX } from '../../core/leak-limits.js';
import { formatBytes } from '../../core/units.js';
import type { MemoryHeadroom } from './memory-headroom.js';
import { reserveOf } from './snapshot-admission.js';

/**
 * The most that its columns may take, bytes: half of what is left, and no more than fits beside the child itself and what is kept back. Else why not. What is
 * not known refuses. Pure.
 */
export function admitAnalysis({ leftBytes, of }: MemoryHeadroom): number | string {
  const leastBytes = ANALYSIS_BASE_BYTES + ANALYSIS_COLUMNS_BYTES_MIN;
  if (leftBytes === null) return `it needs ${formatBytes(leastBytes)}, and how much memory is left cannot be read here`;
  const reserveBytes = reserveOf(leftBytes);
  const columnsBytes = Math.min(HEAP_ANALYSIS_BYTES_MAX, leftBytes / 2, leftBytes - ANALYSIS_BASE_BYTES - reserveBytes);
  if (columnsBytes >= ANALYSIS_COLUMNS_BYTES_MIN) return Math.floor(columnsBytes);
  return `it needs ${formatBytes(leastBytes)}, and of the ${formatBytes(leftBytes)} left ${of} ${formatBytes(reserveBytes)} are kept back`;
}

export interface Program {
  /** A single executable application: its file is Node.js and the application in one. */
  isSea: boolean;
  /** Electron's version; undefined: it is not Electron. */
  electron: string | undefined;
}

/** Null: what this process runs on can run another script. Else what it would start instead. */
export function refuseProgram({ isSea, electron } = thisProgram()): string | null {
  const kind = isSea ? 'a single executable application' : electron === undefined ? null : 'an Electron application';
  return kind && `this is ${kind}, and a second process of it would be the application itself: look into the file by \`pitot heap\``;
}

/** Asked by name: where Node.js is built without such applications there is no module. */
function thisProgram(): Program {
  return { isSea: process.getBuiltinModule('node:sea')?.isSea() ?? false, electron: process.versions.electron };
}
