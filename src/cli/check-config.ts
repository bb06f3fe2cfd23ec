// `pitot check-config`: says whether a configuration file is good, and what it comes to.
import { printableConfig, resolveConfig } from '../config/resolve.js';
import { type Command, EXIT_CONFIG, EXIT_DONE } from './command.js';
import { parseCommand, usageError } from './parse-args.js';

const help = `Usage: pitot check-config FILE

Reads a configuration file and prints every option with the value it would have, as JSON.
Only the file and the defaults count here: the environment, which would go before the file, does not.
Rules, sinks and commands under "alerts", or in the file that it names, are checked too; variables that sinks name are looked up in the environment.
FILE may also be the file of PITOT_ALERTS itself, one with rules, off, actions, sinks or commands: then it alone is checked, and nothing printed when it is good.

Options:
  -h, --help   show this help

Exit codes: 0 the file is good · 2 usage · 78 the file is bad (the error says where and why)
`;

export const command: Command = {
  help,
  async run(args, io) {
    const given = parseCommand(args, {}, command, io);
    if (given === null) return EXIT_DONE;
    const { positionals } = given;
    if (positionals.length !== 1) throw usageError('FILE', 'one file', `${positionals.length}`, 'Name the JSON file: pitot check-config FILE.');
    const [file] = positionals;
    const { isAlertsFile, loadAlerts } = await import('../agent/alerts/load-alerts.js');
    let alerts: string | null = file;
    if (!isAlertsFile(file)) {
      const { config } = resolveConfig({ env: {}, code: { config: file } });
      io.out(`${JSON.stringify(printableConfig(config), null, 2)}\n`);
      alerts = config.alerts;
    }
    if (alerts === null) return EXIT_DONE;
    const { mistakes } = loadAlerts(alerts, process.cwd(), io.env);
    for (const mistake of mistakes) io.err(`pitot check-config: ${mistake}\n`);
    return mistakes.length === 0 ? EXIT_DONE : EXIT_CONFIG;
  },
};
