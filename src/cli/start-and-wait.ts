// Another process in this one's place: the same streams, the signals sent to this one, the same end.
import { spawn } from 'node:child_process';
import { isatty } from 'node:tty';

/** What a terminal, a supervisor or a container sends to end or to nudge a service. */
const FORWARDED: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2'];

/** Runs node with these arguments. Resolves to its exit code; where a signal ended it, this process ends by the same signal. */
export function startAndWait(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: 'inherit', env });
    const handlers = FORWARDED.map((signal) => {
      const handler = (): void => {
        // Ctrl-C reaches the whole foreground group: forwarded too, the application would see it twice, which many take for "now, by force".
        if (signal !== 'SIGINT' || !hasTerminal()) child.kill(signal);
      };
      process.on(signal, handler);
      return { signal, handler };
    });
    const release = (): void => {
      for (const { signal, handler } of handlers) process.off(signal, handler);
    };
    child.once('error', (error) => {
      release();
      reject(error);
    });
    child.once('exit', (code, signal) => {
      release();
      if (signal === null) resolve(code ?? 0);
      else raise(signal, resolve);
    });
  });
}

const hasTerminal = (): boolean => [0, 1, 2].some((fd) => isatty(fd));

/** Ends this process by the signal that ended the application, so that whoever started it sees the same. */
function raise(signal: NodeJS.Signals, resolve: (code: number) => void): void {
  // Keeps the process until the signal has done its work; one that does not end it (SIGUSR2 on some systems) ends in 128.
  setTimeout(() => resolve(128), 1000);
  process.kill(process.pid, signal);
}
