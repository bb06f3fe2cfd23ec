// `npm run eval:days`: false criticals in simulated process-days, and the time from a leak's begin to critical. A minute of CPU a seed.
import { parseArgs } from 'node:util';
import { simulateAgeless } from '../test/diagnose/leaks/simulate-ageless.js';
import { printDays, simulateDays } from '../test/diagnose/leaks/simulate-days.js';

const text = { type: 'string' } as const;
const { values } = parseArgs({ options: { seeds: text, first: text } });
/** Days of each calm scenario, twice as many leaks. The detector was tuned on seeds 1 to 34: figures are of others. */
const seeds = Number(values.seeds ?? 5);
const firstSeed = Number(values.first ?? 1001);
const say = (title: string, table: string): void => void process.stdout.write(`${title}\n\n${table}\n\n`);

if (seeds >= 1 && firstSeed >= 1) {
  const options = { seeds, leakSeeds: 2 * seeds, firstSeed };
  say(`Heap: trend and birth ages, ${seeds} days of each calm scenario, seeds from ${firstSeed}`, printDays(simulateDays(options)));
  say('Native memory, buffers and counts: by their trend alone', printDays(simulateAgeless(options)));
} else {
  process.stderr.write('Usage: npm run eval:days [-- --seeds 5 --first 1001]\n');
  process.exitCode = 2;
}
