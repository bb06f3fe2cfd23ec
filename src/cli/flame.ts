// `pitot flame`: a CPU profile as a drawing, or in another tool's format.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { PitotError } from '../core/errors.js';
import { type Command, EXIT_DONE } from './command.js';
import { DRAWN, type FlameFormat, flameFormat, PICTURES, writeFlame } from './flame-formats.js';
import { flameInput } from './flame-input.js';
import { parseCommand, usageError } from './parse-args.js';

const help = `Usage: pitot flame [options] FILE

Draws the flame graph of a CPU profile, or writes it in another format: .cpuprofile, .pb.gz (pprof), .speedscope.json and folded stacks are read,
whoever wrote them. FILE may be a run directory (SERVICE.YYYYMMDD-HHMMSS.PID) or a directory of runs: then it is the newest profile of the newest run.
The root is on top, widths are total time, siblings stand in order of their names. Several threads stand side by side.

Options:
  -o, --output FILE   what to write, by its ending (default: FILE with .svg in place of its own)
                        .svg               a drawing, figures in tooltips
                        .html              an interactive page: zoom, search, keyboard
                        .png               a picture (needs the optional package @napi-rs/canvas)
                        .folded            folded stacks, µs
                        .pb.gz             pprof
                        .speedscope.json   speedscope
                        .cpuprofile        Chrome DevTools, VS Code; one thread
  --thread NAME       only this thread: main, worker-3
  --idle              with a drawing: idle time as well
  --width PIXELS      with .svg and .png: how wide, 375..4000 (default 1200 and 1600)
  --dark              with a drawing: light on dark (a page follows its reader otherwise)
  --title TEXT        with a drawing: its title (default: the service, else the name of the file)
  -h, --help          show this help

Exit codes: 0 done · 2 usage, or nothing to draw
`;

const WIDTH_PX = { min: 375, max: 4000 };

export const command: Command = {
  help,
  async run(args, io) {
    const given = parseCommand(
      args,
      {
        output: { type: 'string', short: 'o' },
        thread: { type: 'string' },
        idle: { type: 'boolean' },
        width: { type: 'string' },
        dark: { type: 'boolean' },
        title: { type: 'string' },
      },
      command,
      io,
    );
    if (given === null) return EXIT_DONE;
    const { values, positionals } = given;
    if (positionals.length !== 1)
      throw usageError('FILE', 'one profile or run directory', `${positionals.length}`, 'For example: pitot flame CPU.1.cpuprofile -o flame.svg.');
    const input = flameInput(positionals[0]);
    const output = values.output ?? input.file.replace(/(\.speedscope\.json|\.pb\.gz|\.cpuprofile|\.[^./\\]*)?$/i, '.svg');
    const format = flameFormat(output);
    mustFit(format, values);
    const { readProfileFile } = await import('../flame/formats/read-profile.js');
    const read = await readProfileFile(input.file);
    const profiles = values.thread === undefined ? read : read.filter(({ thread }) => thread === values.thread);
    if (profiles.length === 0) {
      const threads = [...new Set(read.map(({ thread }) => thread))].join(', ');
      throw usageError('--thread', `a thread of the profile: ${threads || 'it has none'}`, values.thread ?? 'none', 'Leave it out to see all.');
    }
    if (profiles.every(({ samples }) => samples.length < 2))
      throw new PitotError('INPUT_FILE', { option: input.file, allowed: 'a profile with samples', received: 'none', remedy: 'Profile for longer.' });
    const content = await writeFlame(format, profiles, {
      title: values.title ?? input.title,
      file: input.file,
      widthPx: widthOf(values.width),
      idle: values.idle,
      dark: values.dark,
    });
    try {
      writeFileSync(output, content);
    } catch (error) {
      const received = error instanceof Error ? error.message : String(error);
      throw new PitotError('CLI_USAGE', { option: '--output', allowed: 'a file that can be written', received, remedy: 'Name another file.' });
    }
    io.out(`Written to ${resolve(output)}\n`);
    return EXIT_DONE;
  },
};

/** An option that would do nothing is a mistake. */
function mustFit(format: FlameFormat, values: { [option: string]: string | boolean | undefined }): void {
  const wants: [option: string, formats: readonly FlameFormat[]][] = [
    ['idle', DRAWN],
    ['dark', DRAWN],
    ['title', DRAWN],
    ['width', PICTURES],
  ];
  for (const [option, formats] of wants) {
    if (values[option] === undefined || formats.includes(format)) continue;
    throw usageError(`--${option}`, `to go with ${formats.join(', ')}`, format, 'Leave it out, or name another output.');
  }
}

function widthOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const widthPx = Number(text);
  if (Number.isInteger(widthPx) && widthPx >= WIDTH_PX.min && widthPx <= WIDTH_PX.max) return widthPx;
  throw usageError('--width', `a whole number of pixels ${WIDTH_PX.min}..${WIDTH_PX.max}`, text, 'For example: --width 1600.');
}
