#!/usr/bin/env node
// The command line `pitot`: picks a command, and turns what comes of it into output and an exit code.
import { nearestName } from '../config/nearest-name.js';
import { PitotError } from '../core/errors.js';
import { type CliIo, type Command, EXIT_CONFIG, EXIT_DONE, EXIT_USAGE } from './command.js';
import { packageVersion } from './version.js';

/** Width of output that goes to no terminal: wide enough that names are seldom cut. */
const PIPE_WIDTH = 160;

interface Entry {
  usage: string;
  summary: string;
  load(): Promise<Command>;
}

const COMMANDS: Record<string, Entry> = {
  run: { usage: 'run [options] app.js [args]', summary: 'run an application under pitot', load: async () => (await import('./run.js')).command },
  report: {
    usage: 'report [dir|file]...',
    summary: 'show a run; several processes are merged',
    load: async () => (await import('./report.js')).command,
  },
  'check-config': {
    usage: 'check-config FILE',
    summary: 'check a configuration file',
    load: async () => (await import('./check-config.js')).command,
  },
  flame: {
    usage: 'flame FILE [-o OUT]',
    summary: 'draw a CPU profile: .svg, .html, .png and other formats',
    load: async () => (await import('./flame.js')).command,
  },
  diff: { usage: 'diff BEFORE AFTER', summary: 'what became slower, beyond noise', load: async () => (await import('./diff.js')).command },
  heap: {
    usage: 'heap SNAPSHOT [LATER]',
    summary: 'what a heap snapshot holds, what holds it, what grew; --take PID has one taken',
    load: async () => (await import('./heap.js')).command,
  },
};

const USAGE_WIDTH = Math.max(...Object.values(COMMANDS).map((entry) => entry.usage.length));

const HELP = `Usage: pitot COMMAND [options]

pitot measures a Node.js process from inside: hot paths, collections, CPU, memory and event loop, in report files on its own disk.

Commands:
${Object.values(COMMANDS)
  .map(({ usage, summary }) => `  ${usage.padEnd(USAGE_WIDTH)}   ${summary}`)
  .join('\n')}

Options:
  -h, --help      show this help; after a command, the command's
  -v, --version   show the version

Exit codes: 0 done · 1 findings where a command is asked to judge · 2 usage · 78 bad configuration
`;

const io: CliIo = {
  env: process.env,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  width: process.stdout.columns ?? PIPE_WIDTH,
  errIsTerminal: process.stderr.isTTY === true,
  colour: process.stdout.isTTY === true && process.stdout.hasColors() && !process.env.NO_COLOR,
};

for (const stream of [process.stdout, process.stderr]) {
  // A reader that has seen enough (`| head`) is no error.
  stream.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? (process.exitCode ?? EXIT_DONE) : EXIT_USAGE));
}

process.exitCode = await main(process.argv.slice(2));

async function main([first, ...rest]: string[]): Promise<number> {
  if (first === undefined) {
    io.err(HELP);
    return EXIT_USAGE;
  }
  if (first === '--version' || first === '-v') {
    io.out(`${packageVersion()}\n`);
    return EXIT_DONE;
  }
  const name = first === 'help' ? rest[0] : first;
  if (name === undefined || name === '--help' || name === '-h') {
    io.out(HELP);
    return EXIT_DONE;
  }
  if (!Object.hasOwn(COMMANDS, name)) {
    const near = nearestName(name, Object.keys(COMMANDS));
    io.err(`pitot: unknown command ${JSON.stringify(name)}. ${near ? `Did you mean ${near}?` : 'See pitot --help.'}\n`);
    return EXIT_USAGE;
  }
  const command = await COMMANDS[name].load();
  if (first === 'help') {
    io.out(command.help);
    return EXIT_DONE;
  }
  try {
    return await command.run(rest, io);
  } catch (error) {
    return fail(name, error);
  }
}

/** Bad input is one line and its code; anything else is a fault of ours, and its stack helps to mend it. */
function fail(name: string, error: unknown): number {
  if (!(error instanceof PitotError)) {
    io.err(`pitot ${name}: ${error instanceof Error ? error.stack : String(error)}\n`);
    return EXIT_USAGE;
  }
  io.err(`pitot ${name}: ${error.message}\n`);
  return error.code.startsWith('CONFIG_') ? EXIT_CONFIG : EXIT_USAGE;
}
