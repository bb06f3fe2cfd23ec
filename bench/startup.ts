// How much later does the application's first line run when pitot is preloaded?
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { childEnv, REGISTER_URL } from './child.js';
import { median, medianDifference } from './median.js';
import { atMost, type Bench, row } from './row.js';
import { runAlone } from './run-benches.js';

const run = promisify(execFile);

/** performance.now() counts from the start of the process. */
const APP = 'const first = performance.now();\nprocess.stdout.write(String(first));\n';
const VARIANTS = {
  bare: [],
  pitot: ['--import', REGISTER_URL],
  otel: ['--import', new URL('./children/otel-preload.js', import.meta.url).href],
} as const;
type Variant = keyof typeof VARIANTS;

export const startup: Bench = {
  name: 'startup',
  async run({ quick, progress }) {
    const pairs = quick ? 3 : 25;
    progress(`${pairs} rounds of three processes`);
    const directory = mkdtempSync(join(tmpdir(), 'pitot-bench-'));
    try {
      const app = join(directory, 'app.cjs');
      writeFileSync(app, APP);
      const firstLineMs = await rounds(pairs, directory, app);
      return [
        row({
          bench: 'startup',
          name: "the preload adds before the application's first line",
          value: medianDifference(firstLineMs.pitot, firstLineMs.bare),
          unit: 'ms',
          bound: atMost(20),
          peers: [{ name: 'OTel SDK', value: medianDifference(firstLineMs.otel, firstLineMs.bare) }],
          note: `median of ${pairs} differences; bare ${median(firstLineMs.bare).toFixed(1)} ms, with pitot ${median(firstLineMs.pitot).toFixed(1)} ms`,
        }),
      ];
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

/** The order turns each round; the first round warms the file cache and does not count. */
async function rounds(pairs: number, directory: string, app: string): Promise<Record<Variant, number[]>> {
  const times: Record<Variant, number[]> = { bare: [], pitot: [], otel: [] };
  const names = Object.keys(VARIANTS) as Variant[];
  const env = childEnv({ PITOT_DIR: join(directory, 'reports') });
  for (let round = -1; round < pairs; round++) {
    for (let i = 0; i < names.length; i++) {
      const name = names[(i + round + 1) % names.length];
      const { stdout } = await run(process.execPath, [...VARIANTS[name], app], { env });
      if (round >= 0) times[name].push(Number(stdout));
    }
  }
  return times;
}

await runAlone(import.meta.url, startup);
