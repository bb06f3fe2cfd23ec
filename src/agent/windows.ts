// The two windows: one open, one being reported or free. Rotation, and recovery after an agent thread died. Time is an argument.
import { clearWindow, mergeIntoRun, openWindow } from '../aggregate/window.js';
import {
  type AgentMemory,
  CLOSED_BY,
  CLOSED_BY_NAMES,
  CURRENT_WINDOW,
  END_MONOTONIC_MS,
  END_WALL_MS,
  NEXT_SEQ,
  START_MONOTONIC_MS,
  START_WALL_MS,
  WINDOW_CLEARING,
  WINDOW_CLOSING,
  WINDOW_FREE,
  WINDOW_OPEN,
  WINDOW_SEQ,
  WINDOW_STATE,
  type WindowMemory,
} from '../memory/window-memory.js';

export type ClosedBy = (typeof CLOSED_BY_NAMES)[number];

/** The moment of a rotation, on both clocks. */
export interface Moment {
  wallMs: number;
  machineMs: number;
}

export class Windows {
  readonly memory: AgentMemory;
  /** True once a window did not fit into the run any more. */
  runIsFull = false;

  /** firstSeq: number of the first report when nothing was recovered. */
  constructor(memory: AgentMemory, now: Moment, firstSeq: number) {
    this.memory = memory;
    for (const window of memory.windows) if (window.header[WINDOW_STATE] === WINDOW_CLEARING) clearWindow(window);
    if (this.current.header[WINDOW_STATE] === WINDOW_OPEN) return;
    memory.head[NEXT_SEQ] = Math.max(memory.head[NEXT_SEQ], firstSeq);
    this.open(memory.windows[0].header[WINDOW_STATE] === WINDOW_FREE ? 0 : 1, now);
  }

  /** The window that records go to. */
  get current(): WindowMemory {
    return this.memory.windows[this.memory.head[CURRENT_WINDOW] as 0 | 1];
  }

  /** Index of a window that was closed and is not on disk yet; -1 without one. */
  get closing(): -1 | 0 | 1 {
    return this.memory.windows.findIndex((window) => window.header[WINDOW_STATE] === WINDOW_CLOSING) as -1 | 0 | 1;
  }

  /** Closes the open window and opens the other one, which must be free. Returns the closed one's index. */
  rotate(by: ClosedBy, now: Moment): 0 | 1 {
    const index = this.memory.head[CURRENT_WINDOW] as 0 | 1;
    const { header } = this.memory.windows[index];
    header[END_WALL_MS] = now.wallMs;
    header[END_MONOTONIC_MS] = now.machineMs;
    header[CLOSED_BY] = CLOSED_BY_NAMES.indexOf(by);
    this.open(index === 0 ? 1 : 0, now);
    header[WINDOW_STATE] = WINDOW_CLOSING;
    return index;
  }

  /** A closed window is on disk: it becomes part of the run, and free. */
  release(index: 0 | 1): void {
    const window = this.memory.windows[index];
    const { run } = this.memory;
    if (!mergeIntoRun(run, window)) this.runIsFull = true;
    if (run.header[WINDOW_SEQ] === 0) {
      run.header[START_WALL_MS] = window.header[START_WALL_MS];
      run.header[START_MONOTONIC_MS] = window.header[START_MONOTONIC_MS];
    }
    run.header[WINDOW_SEQ]++;
    clearWindow(window);
  }

  seqOf(index: 0 | 1): number {
    return this.memory.windows[index].header[WINDOW_SEQ];
  }

  spanOf(window: WindowMemory): { startWallMs: number; startMachineMs: number } {
    return { startWallMs: window.header[START_WALL_MS], startMachineMs: window.header[START_MONOTONIC_MS] };
  }

  /** The run so far: how many windows it holds, and since when. */
  get run(): { windows: number; startWallMs: number; startMachineMs: number } {
    const { header } = this.memory.run;
    return { windows: header[WINDOW_SEQ], startWallMs: header[START_WALL_MS], startMachineMs: header[START_MONOTONIC_MS] };
  }

  private open(index: 0 | 1, now: Moment): void {
    openWindow(this.memory.windows[index], this.memory.head[NEXT_SEQ], now.wallMs, now.machineMs);
    this.memory.head[CURRENT_WINDOW] = index;
    this.memory.head[NEXT_SEQ]++;
  }
}
