// `pitot run`: an application under pitot, with its own streams, signals and exit code.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Command, EXIT_DONE } from './command.js';
import { usageError } from './parse-args.js';
import { childOf, optionLines } from './run-options.js';
import { startAndWait } from './start-and-wait.js';

const help = `Usage: pitot run [options] app.js [args]

Runs a script as \`node --import pitot/register app.js args\` does. Its output, signals and exit code are its own.

Options, each also an environment variable (--interval-ms is PITOT_INTERVAL_MS) and a key of the file given by --config:
${optionLines()}
  -h, --help   show this help

Exit codes: the application's · 2 usage · 78 an option's value is bad
`;

export const command: Command = {
  help,
  async run(args, io) {
    const registerUrl = new URL('../src/register.cjs', import.meta.url);
    const child = childOf(args, { ...io.env }, registerUrl.href);
    if (child === 'help') {
      io.out(help);
      return EXIT_DONE;
    }
    if (!existsSync(fileURLToPath(registerUrl))) throw usageError('pitot', 'a built package', registerUrl.href, 'Build it first: npm run build.');
    return startAndWait(child.args, child.env);
  },
};
