// `pitot run`: an application under pitot, with its own streams, signals and exit code.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Command, EXIT_DONE } from './command.js';
import { usageError } from './parse-args.js';
import { childOf, optionLines } from './run-options.js';

const help = `Usage: pitot run [options] app.js [args]

Runs a script as \`node --import pitot/register app.js args\` does. Its output, signals and exit code are its own.

Options, each also an environment variable (--interval-ms is PITOT_INTERVAL_MS) and a key of the file given by --config:
${optionLines()}
  -h, --help   show this help

Exit codes: the application's · 2 usage · 78 an option's value is bad
`;

/** What a terminal, a supervisor or a container sends to end or to nudge a service. */
const FORWARDED: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2'];

export const command: Command = {
  help,
  async run(args, io) {
    const registerUrl = new URL('./register.cjs', import.meta.url);
    const child = childOf(args, { ...io.env }, registerUrl.href);
    if (child === 'help') {
      io.out(help);
      return EXIT_DONE;
    }
    if (!existsSync(fileURLToPath(registerUrl))) throw usageError('pitot', 'a built package', registerUrl.href, 'Build it first: npm run build.');
    return startAndWait(child.args, child.env);
  },
};

function startAndWait(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
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

const hasTerminal = (): boolean => process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;

/** Ends this process by the signal that ended the application, so that whoever started it sees the same. */
function raise(signal: NodeJS.Signals, resolve: (code: number) => void): void {
  // Keeps the process until the signal has done its work; one that does not end it (SIGUSR2 on some systems) ends in 128.
  setTimeout(() => resolve(128), 1000);
  process.kill(process.pid, signal);
}
