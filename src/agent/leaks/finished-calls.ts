// Calls of the application that have finished since the process began: the traffic that growth is explained by. Thread: agent, every few seconds. Cost: 20 µs.
import { RESERVED_PATHS } from '../../core/limits.js';
import { type AgentMemory, S_DROPPED, S_SAMPLED_OUT, S_TIMED, STAT_FIELDS, type WindowMemory } from '../../memory/window-memory.js';

export class FinishedCalls {
  private readonly memory: Pick<AgentMemory, 'run' | 'windows'>;
  private calls = 0;
  private counted = 0;

  constructor(memory: Pick<AgentMemory, 'run' | 'windows'>) {
    this.memory = memory;
  }

  /** Records of its paths and distributions, dropped and sampled out ones included; never less than before. */
  read(): number {
    const { run, windows } = this.memory;
    const counted = [run, ...windows].reduce((sum, window) => sum + callsIn(window), 0);
    // A window that found no room in the run is gone from the count.
    this.calls += Math.max(0, counted - this.counted);
    this.counted = counted;
    return this.calls;
  }
}

function callsIn({ stats }: WindowMemory): number {
  let calls = 0;
  for (let row = 0; row < stats.length; row += STAT_FIELDS) {
    // Below the application's own stand the overflow, which holds its calls too, and what pitot records: collections, and its pauses.
    if (row === 0 || row >= RESERVED_PATHS * STAT_FIELDS) calls += stats[row + S_TIMED] + stats[row + S_SAMPLED_OUT] + stats[row + S_DROPPED];
  }
  return calls;
}
