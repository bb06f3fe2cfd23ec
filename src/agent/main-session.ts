// A line into the main thread through the inspector: answered by interrupt, also while the main thread is in a busy loop. No port is opened.
import type { Session } from 'node:inspector';
import type { Resources } from '../host/resources.js';
import { closeSession, openSession } from './open-session.js';

const SAMPLE = "globalThis[Symbol.for('pitot.host.1')]?.sample()";
/** Also where the last sample is younger than a second. */
export const SAMPLE_NOW = "globalThis[Symbol.for('pitot.host.1')]?.sampleNow()";
const DISARM = "globalThis[Symbol.for('pitot.host.1')]?.disarmSignals()";
const RESOURCES = "JSON.stringify(globalThis[Symbol.for('pitot.host.1')]?.resources() ?? null)";
const REARM = "globalThis[Symbol.for('pitot.host.1')]?.armSignals()";

/** Null: see openSession; then samples come with collections only. */
export async function connectToMain(isEnding: () => boolean): Promise<MainSession | null> {
  const session = await openSession(isEnding);
  return session === null ? null : new MainSession(session);
}

/** Evaluates fixed expressions of pitot's own on the main thread. */
export class MainSession {
  private readonly session: Session;

  constructor(session: Session) {
    this.session = session;
  }

  /** Has the main thread write a sample of its heap and loop. */
  sample(): void {
    this.evaluate(SAMPLE);
  }

  /** What the main thread keeps open; null where it does not tell. Pending as long as it runs native code. */
  readResources(): Promise<Resources | null> {
    return new Promise((resolve) =>
      this.evaluate(RESOURCES, (value) => resolve(typeof value === 'string' ? (JSON.parse(value) as Resources | null) : null)),
    );
  }

  /** While the loop is blocked a signal handler cannot run: without one the signal ends the process, as it would without pitot. */
  disarmSignals(): void {
    this.evaluate(DISARM);
  }

  armSignals(): void {
    this.evaluate(REARM);
  }

  /** To be called before the process ends, else Node waits for "the debugger" and says so on the user's terminal. */
  disconnect(): void {
    closeSession(this.session);
  }

  private evaluate(expression: string, onValue: (value: unknown) => void = () => {}): void {
    try {
      this.session.post('Runtime.evaluate', { expression, silent: true, returnByValue: true }, (_error, answer) => onValue(answer?.result?.value));
    } catch {
      // The main thread is on its way out.
      onValue(undefined);
    }
  }
}
