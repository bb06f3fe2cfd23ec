// Standstills of the main thread that pitot's own commands to the heap profiler cause: measured by main's clock, and told to main, whose report shows the longest.
import type { HeapSession } from './heap-session.js';

const HOST = "globalThis[Symbol.for('pitot.host.1')]";
const PAUSE_BEGIN = `(h=>{if(h)h.heapPause=h.pauseBegin()})(${HOST})`;
const PAUSE_END = `(h=>{if(h?.heapPause)h.pauseEnd(h.heapPause)})(${HOST})`;
/** Main's own clock, ms; undefined: no host. What the application does to its clocks does not reach it. */
export const MAIN_NOW = `${HOST}?.pauseBegin()`;
const paused = (ms: number): string => `(h=>{if(h)h.pauseEnd(h.pauseBegin()-${ms})})(${HOST})`;

/** How often main's clock is asked for while a command waits for its turn, ms: as exact is the begin that is found. 0.1 ms of main each time. */
const LOOK_MS = 20;

type Sender = Pick<HeapSession, 'send'>;

/** For a command that main does at once: three in a row, answered one right after the other. */
export function sendAsPause(session: Sender, method: string, params?: object): Promise<unknown> {
  tell(session, PAUSE_BEGIN);
  const answer = session.send(method, params);
  tell(session, PAUSE_END);
  return answer;
}

/**
 * For a command that waits until the loop turns, as a heap snapshot from Node 22 on does. It begins with a full collection, of which there is no sign: main's
 * clock is read until it does not answer any more.
 */
export class OwnStandstill {
  private readonly session: Sender;
  private readonly nowMs: () => number;
  /** Where main was last known to be free, by its own clock (NaN: not known) and by nowMs. */
  private free = { mainMs: Number.NaN, atMs: Number.NaN };
  private isBegun = false;
  private endMainMs: Promise<number> = Promise.resolve(Number.NaN);

  /** nowMs: monotonic. */
  constructor(session: Sender, nowMs: () => number) {
    this.session = session;
    this.nowMs = nowMs;
  }

  /** Before the command is sent. isAtOnce: main does it as soon as it has it, so that one look will do. Ends when the command begins, or the session is closed. */
  watch(isAtOnce: boolean): void {
    this.free.atMs = this.nowMs();
    void this.look(isAtOnce);
  }

  /** At each sign of the command, the first of which counts. Since when main stands still, by nowMs. */
  begin(): number {
    if (!this.isBegun) {
      this.isBegun = true;
      // Answered as soon as main is free again, whatever this thread is busy with by then.
      this.endMainMs = this.mainMs().catch(() => Number.NaN);
    }
    return this.free.atMs;
  }

  /** The command was answered. How long main stood still, ms. Never rejects. */
  async end(): Promise<number> {
    this.begin();
    const byMainMs = (await this.endMainMs) - this.free.mainMs;
    const pauseMs = Math.max(0, Number.isNaN(byMainMs) ? this.nowMs() - this.free.atMs : byMainMs);
    tell(this.session, paused(pauseMs));
    return pauseMs;
  }

  /** Once main answers: whether the command has not begun by then. False where the session is closed first. */
  async isWaiting(): Promise<boolean> {
    try {
      await this.mainMs();
      return !this.isBegun;
    } catch {
      return false;
    }
  }

  private async look(isAtOnce: boolean): Promise<void> {
    try {
      do {
        const mainMs = await this.mainMs();
        // What is answered after the begin was asked in the standstill, but for a command that is done at once.
        if (!this.isBegun || isAtOnce) this.free = { mainMs, atMs: this.nowMs() };
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      } while (!this.isBegun && !isAtOnce);
    } catch {
      // The session was closed.
    }
  }

  /** By nowMs where there is no host. */
  private async mainMs(): Promise<number> {
    const answer = (await this.session.send('Runtime.evaluate', { expression: MAIN_NOW, silent: true, returnByValue: true })) as {
      result?: { value?: unknown };
    };
    const value = answer.result?.value;
    return typeof value === 'number' ? value : this.nowMs();
  }
}

/** Nothing depends on the answer. */
function tell(session: Sender, expression: string): void {
  void session.send('Runtime.evaluate', { expression, silent: true }).catch(() => {});
}
