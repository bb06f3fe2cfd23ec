// A child process of the demo: started with an IPC channel, waited for, and never left behind.
import { type ChildProcess, fork } from 'node:child_process';

/** How a child ended. */
export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ChildOptions {
  readonly name: string;
  /** Path of the script. */
  readonly script: string;
  readonly args?: readonly string[];
  /** Options of Node.js itself, as `--import`. */
  readonly nodeArgs?: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Time that a child gets to stop by itself before it is killed. */
const KILL_AFTER_MS = 12_000;

export class Child {
  readonly name: string;
  readonly pid: number | undefined;
  /** Resolves when the child has ended, or could not be started. */
  readonly ended: Promise<ChildEnd>;
  private readonly process: ChildProcess;

  constructor(options: ChildOptions) {
    this.name = options.name;
    this.process = fork(options.script, [...(options.args ?? [])], {
      execArgv: [...(options.nodeArgs ?? [])],
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.pid = this.process.pid;
    this.ended = new Promise((resolve) => {
      this.process.once('exit', (code, signal) => resolve({ code, signal }));
      this.process.once('error', () => {
        if (this.process.pid === undefined) resolve({ code: 1, signal: null });
      });
    });
  }

  /** The first message of the child; rejects when it ends without one. */
  async firstMessage<Message>(): Promise<Message> {
    const message = new Promise<Message>((resolve) => {
      this.process.once('message', (value) => resolve(value as Message));
    });
    return await Promise.race([message, this.ended.then((end) => Promise.reject(new Error(describeEnd(this.name, end))))]);
  }

  /** Resolves when the child ends well; rejects with a message that says how it ended else. */
  async succeeded(): Promise<void> {
    const end = await this.ended;
    if (end.code !== 0) throw new Error(describeEnd(this.name, end));
  }

  /** Asks the child to stop, by its channel where signals do not exist, and kills it when it does not. */
  async stop(): Promise<ChildEnd> {
    if (process.platform === 'win32' && this.process.connected) this.process.send('stop');
    else this.process.kill('SIGTERM');
    const killer = setTimeout(() => this.process.kill('SIGKILL'), KILL_AFTER_MS);
    const end = await this.ended;
    clearTimeout(killer);
    return end;
  }

  /** Ends the child at once, for the last resort. */
  kill(): void {
    this.process.kill('SIGKILL');
  }
}

/** "the service ended with code 1". */
export function describeEnd(name: string, end: ChildEnd): string {
  return `${name} ended ${end.signal === null ? `with code ${end.code}` : `by ${end.signal}`}`;
}
