// Runs benches in turn and prints what they found; every bench file is also a program of its own through `runAlone`.
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { describeMachine } from './machine.js';
import { printDocument } from './print.js';
import type { Bench, Row } from './row.js';

const USAGE = `Usage: npm run bench -- [--json] [--quick] [--large] [name ...]
  --json    one JSON document instead of the table
  --quick   short runs that show that the benches work; the figures are not to be used
  --large   heap-parser: 205 MB, 750 MB and 2 GB in place of 205 MB, the first two beside memlab; minutes, 3 GB of disk, 12 GB of memory
`;

/** Runs the benches that the arguments name, all by default. A missed figure is a finding, not a failure: the exit code stays 0. */
export async function runBenches(benches: readonly Bench[], args: string[]): Promise<void> {
  const options = parse(args, benches);
  if (options === null) {
    process.exitCode = 2;
    return;
  }
  const machine = describeMachine();
  const rows: Row[] = [];
  for (const bench of options.selected) {
    const progress = (text: string): void => void process.stderr.write(`${bench.name}: ${text}\n`);
    progress('running');
    try {
      rows.push(...(await bench.run({ quick: options.quick, large: options.large, progress })));
    } catch (error) {
      progress(`FAILED: ${(error as Error).stack}`);
      process.exitCode = 1;
    }
  }
  printDocument({ schema: 'pitot.bench/1', quick: options.quick, machine, rows }, options.json);
}

/** Runs one bench when its file is what node was given. */
export async function runAlone(url: string, bench: Bench): Promise<void> {
  if (process.argv[1] === undefined || pathToFileURL(process.argv[1]).href !== url) return;
  await runBenches([bench], process.argv.slice(2));
}

function parse(args: string[], benches: readonly Bench[]): { json: boolean; quick: boolean; large: boolean; selected: Bench[] } | null {
  try {
    const { values, positionals } = parseArgs({
      args,
      options: {
        json: { type: 'boolean', default: false },
        quick: { type: 'boolean', default: false },
        large: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
      allowPositionals: true,
    });
    if (values.help) throw new Error(`the benches are ${benches.map(({ name }) => name).join(', ')}`);
    for (const name of positionals) {
      if (!benches.some((bench) => bench.name === name))
        throw new Error(`no bench is called ${name}; there are ${benches.map((bench) => bench.name).join(', ')}`);
    }
    const selected = positionals.length === 0 ? [...benches] : benches.filter(({ name }) => positionals.includes(name));
    return { json: values.json, quick: values.quick, large: values.large, selected };
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${USAGE}`);
    return null;
  }
}
