// Where and when a bench ran: a figure without its machine says nothing.
import { availableParallelism, cpus, loadavg } from 'node:os';

/** A machine is busy from this load a core on: figures taken on it are not to be published. */
const LOAD_MAX = 0.25;

export interface Machine {
  cpu: string;
  cores: number;
  arch: string;
  platform: string;
  node: string;
  /** ISO 8601. */
  date: string;
  /** Runnable tasks in the minute before the bench began. */
  load: number;
  /** Empty when the machine was quiet. */
  warning: string;
}

export function describeMachine(): Machine {
  const cores = availableParallelism();
  const [load] = loadavg();
  const warning =
    load > cores * LOAD_MAX
      ? `the machine was busy before the bench began (load ${load.toFixed(2)} on ${cores} cores): the figures are too high`
      : '';
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores,
    arch: process.arch,
    platform: process.platform,
    node: process.version,
    date: new Date().toISOString(),
    load,
    warning,
  };
}
