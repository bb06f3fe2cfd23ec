// `pitot report`: a run, or several processes' runs merged, for people, scripts, a browser or a chat.
import { writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { resolveConfig } from '../config/resolve.js';
import { PitotError } from '../core/errors.js';
import { heapFilesIn } from '../report/files.js';
import { mergeReports } from '../report/merge-reports.js';
import { reportFiles } from '../report/run-directories.js';
import { renderRules } from '../report/text-alerts.js';
import { renderText } from '../report/text-report.js';
import { renderWithoutReport } from '../report/text-without-report.js';
import { type Command, EXIT_DONE } from './command.js';
import { parseCommand, usageError } from './parse-args.js';
import { selectReports } from './select-reports.js';

const help = `Usage: pitot report [options] [dir|file]...

Shows the newest run under the report directory (PITOT_DIR, else pitot-reports). Runs of the same service that went on at the same time are
the processes of one service and are merged: histograms are added, percentiles are taken from the sum. Named paths may be
  - a directory of runs: its newest run, as above
  - a run directory (SERVICE.YYYYMMDD-HHMMSS.PID): that process
  - a report file: that window
and several are merged.

Options:
  --rules       print each rule of the newest report: its state, and why it fires or does not; with --json, that has them anyway
  --json        print the merged run as JSON
  --html FILE   write the merged run as a self-contained page
  --png FILE    write the merged run as a picture, for chats and notes (needs the optional package @napi-rs/canvas)
  --dark        with --png: light on dark
  --all         all runs of a directory of runs, not only the newest
  -h, --help    show this help

Exit codes: 0 done · 2 usage, or nothing to read · 78 bad configuration
`;

export const command: Command = {
  help,
  async run(args, io) {
    const given = parseCommand(
      args,
      {
        json: { type: 'boolean' },
        rules: { type: 'boolean' },
        html: { type: 'string' },
        png: { type: 'string' },
        dark: { type: 'boolean' },
        all: { type: 'boolean' },
      },
      command,
      io,
    );
    if (given === null) return EXIT_DONE;
    const { values, positionals } = given;
    if (values.dark && values.png === undefined)
      throw usageError('--dark', 'to go with --png FILE', 'none', 'Add --png FILE; a page follows its reader.');
    // A switched-off agent reads no configuration, but old reports can be looked at.
    const paths = positionals.length > 0 ? positionals : [resolveConfig({ env: { ...io.env, PITOT_ENABLED: '1' } }).config.dir];
    const warned = new Set<string>();
    const told = (file: string): void => (values.json ? io.err : io.out)(`Written to ${resolve(file)}\n`);
    const groups = selectReports(paths, values.all === true, (message) => {
      if (!warned.has(message)) io.err(`pitot report: ${message}\n`);
      warned.add(message);
    });
    const isForPeople = !values.json && values.html === undefined && values.png === undefined;
    if (
      isForPeople &&
      !values.rules &&
      groups.every(({ directory }) => reportFiles(directory).length === 0) &&
      groups.some(({ directory, stalls, leaks }) => stalls?.length || leaks?.length || heapFilesIn(directory).length > 0)
    ) {
      for (const { directory, stalls = [], leaks = [] } of groups)
        io.out(renderWithoutReport(directory, { stalls, leaks, heapFiles: heapFilesIn(directory) }, io.width));
      return EXIT_DONE;
    }
    const run = mergeReports(groups);
    if (values.html !== undefined) {
      const { renderRunHtml } = await import('../report/html/render-run-html.js');
      write('--html', values.html, renderRunHtml(run, { directory: dirname(resolve(values.html)) }));
      told(values.html);
    }
    if (values.png !== undefined) {
      const { renderRunPng } = await import('../report/png/render-run-png.js');
      write('--png', values.png, await renderRunPng(run, { dark: values.dark }));
      told(values.png);
    }
    if (values.json) io.out(`${JSON.stringify(run, null, 2)}\n`);
    else if (values.rules) io.out(renderRules(run, { width: io.width, colour: io.colour }));
    else if (isForPeople) io.out(renderText(run, { width: io.width, colour: io.colour }));
    return EXIT_DONE;
  },
};

function write(option: string, path: string, content: string | Buffer): void {
  try {
    writeFileSync(path, content);
  } catch (error) {
    const received = error instanceof Error ? error.message : String(error);
    throw new PitotError('CLI_USAGE', { option, allowed: 'a file that can be written', received, remedy: 'Name another file.' });
  }
}
