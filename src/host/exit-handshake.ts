// The end of a process: the last window is on disk before it goes, and its exit code, signal and streams are what they were.
import { EXIT_WAIT_STARTING_MS } from '../core/limits.js';
import { AGENT_CLOSED, AGENT_STARTING, AGENT_STATE, EXIT_DONE, EXIT_REQUESTED, wakeAgent } from '../memory/control-memory.js';

/** Asks the agent for the last report; it is the last thing it does. */
export function requestLastReport(control: Int32Array): void {
  Atomics.store(control, EXIT_REQUESTED, 1);
  wakeAgent(control);
}

/** Asks the agent for the last report and waits, bounded, without turning the loop: the process may be in an exit handler. */
export function waitForLastReport(control: Int32Array, waitMs: number): void {
  const state = Atomics.load(control, AGENT_STATE);
  if (state === AGENT_CLOSED) return;
  requestLastReport(control);
  // A process that ends while the agent thread still starts waits for that start, unless waiting was configured away.
  const boundMs = waitMs > 0 && state === AGENT_STARTING ? Math.max(waitMs, EXIT_WAIT_STARTING_MS) : waitMs;
  Atomics.wait(control, EXIT_DONE, 0, boundMs);
}

/** The handlers of a process's end. */
export class ProcessEnd {
  private readonly finish: () => void;
  private armed = false;

  constructor(finish: () => void) {
    this.finish = finish;
    process.on('exit', this.onExit);
    this.arm();
  }

  /** Listens for signals that would end the process. Done again once the loop turns after a block. */
  readonly arm = (): void => {
    if (this.armed) return;
    this.armed = true;
    // First in line: a host's `once` listener is gone from the count by the time a later one looks.
    for (const signal of SIGNALS) process.prependListener(signal, this.onSignal);
  };

  /** Lets signals have their default effect: while the loop is blocked no handler can run, and the process must stay as easy to end as it was. */
  readonly disarm = (): void => {
    if (!this.armed) return;
    this.armed = false;
    for (const signal of SIGNALS) process.removeListener(signal, this.onSignal);
  };

  remove(): void {
    this.disarm();
    process.removeListener('exit', this.onExit);
  }

  private readonly onExit = (): void => {
    try {
      this.finish();
    } catch {
      // Fail open: the process ends as it would have.
    }
  };

  private readonly onSignal = (signal: NodeJS.Signals): void => {
    const others = process.listenerCount(signal) - 1;
    if (others > signalExitListeners()) {
      // A host with a handler of its own decides what the signal means; its exit reaches the exit handler. Out of its sight meanwhile, since it may count.
      this.disarm();
      setImmediate(this.arm).unref();
      return;
    }
    this.onExit();
    this.remove();
    // signal-exit ends the process itself when it finds none but its own listeners.
    if (others === 0) process.kill(process.pid, signal);
  };
}

/** Listeners of the package signal-exit (3 and 4), which many command lines load: they end the process as if nobody listened. */
function signalExitListeners(): number {
  const three = (process as unknown as { __signal_exit_emitter__?: { count?: number } }).__signal_exit_emitter__;
  const four = (globalThis as unknown as Record<symbol, { count?: number } | undefined>)[Symbol.for('signal-exit emitter')];
  return (three?.count ?? 0) + (four?.count ?? 0);
}

const SIGNALS: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT'];
