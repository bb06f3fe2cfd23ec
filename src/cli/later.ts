// Commands whose names are taken but which this version does not have.
import { type Command, EXIT_DONE, EXIT_USAGE } from './command.js';

/** A command that says so: --help works, all else is a usage error. */
export function laterCommand(name: string, usage: string): Command {
  const help = `Usage: pitot ${name} ${usage}\n\nThis command is not in this version of pitot.\n`;
  return {
    help,
    async run(args, io) {
      if (args.includes('--help') || args.includes('-h')) {
        io.out(help);
        return EXIT_DONE;
      }
      io.err(`pitot ${name}: not in this version\n`);
      return EXIT_USAGE;
    },
  };
}
