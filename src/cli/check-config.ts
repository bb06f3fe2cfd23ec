// `pitot check-config`: says whether a configuration file is good, and what it comes to.
import { resolveConfig } from '../config/resolve.js';
import { type Command, EXIT_DONE } from './command.js';
import { parseCommandLine, usageError } from './parse-args.js';

const help = `Usage: pitot check-config FILE

Reads a configuration file and prints every option with the value it would have, as JSON.
Only the file and the defaults count here: the environment, which would go before the file, does not.

Options:
  -h, --help   show this help

Exit codes: 0 the file is good · 2 usage · 78 the file is bad (the error says where and why)
`;

export const command: Command = {
  help,
  async run(args, io) {
    const { values, positionals } = parseCommandLine({ args: [...args], options: { help: { type: 'boolean', short: 'h' } }, allowPositionals: true });
    if (values.help) {
      io.out(help);
      return EXIT_DONE;
    }
    if (positionals.length !== 1) throw usageError('FILE', 'one file', `${positionals.length}`, 'Name the JSON file: pitot check-config FILE.');
    const { config } = resolveConfig({ env: {}, code: { config: positionals[0] } });
    io.out(`${JSON.stringify(config, null, 2)}\n`);
    return EXIT_DONE;
  },
};
