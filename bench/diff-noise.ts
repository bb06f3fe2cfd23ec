// Does `pitot diff` call noise a change? Pairs of runs of one build, in processes of their own, and pairs with one function made slower.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProfileSide } from '../src/flame/diff/block-sums.js';
import { type DiffOptions, diffProfiles } from '../src/flame/diff/diff.js';
import { seededRandom } from '../src/flame/diff/seeded-random.js';
import { readProfileFile } from '../src/flame/formats/read-profile.js';
import { diffReports } from '../src/report/diff-reports.js';
import { type DiffReport, judgeDiff } from '../src/report/judge-diff.js';
import type { Report } from '../src/report/report-types.js';
import { runChild } from './child.js';
import { median } from './median.js';
import { atLeast, type Bench, row } from './row.js';
import { runAlone } from './run-benches.js';

/** The function that takes twice as long in the slower version of the workload: about a tenth of the busy time before. */
const SLOWER = 'scoreRisk';
const FACTOR = 2;
const LEVEL = 0.05;

/** One run: its profile, and its reports, a window a second. */
interface Run {
  profiles: ProfileSide;
  reports: Report[];
}

export const diffNoise: Bench = {
  name: 'diff-noise',
  async run({ quick, progress }) {
    const [pairs, slowPairs, seconds] = quick ? [1, 1, 2] : [20, 10, 10];
    progress(`${pairs} pairs of one build, ${slowPairs} with ${SLOWER} slower; ${seconds} s a run`);
    const directory = mkdtempSync(join(tmpdir(), 'pitot-bench-'));
    try {
      const same: DiffReport[] = [];
      const slow: DiffReport[] = [];
      let before = await measure(directory, seconds, '');
      for (let i = 0; i < pairs; i++) {
        const after = await measure(directory, seconds, '');
        same.push(compare(before, after, i));
        tell(progress, `pair ${i + 1} of one build`, same[i]);
        before = after;
      }
      for (let i = 0; i < slowPairs; i++) {
        slow.push(compare(await measure(directory, seconds, ''), await measure(directory, seconds, SLOWER), i));
        tell(progress, `pair ${i + 1} with ${SLOWER} slower`, slow[i]);
      }
      return rows(same, slow, seconds);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

async function measure(directory: string, seconds: number, slower: string): Promise<Run> {
  const file = join(directory, 'run.cpuprofile');
  const { reports } = await runChild<unknown>({
    script: 'diff-workload',
    pitot: true,
    args: [String(seconds), file, slower, String(FACTOR)],
    // The child takes its own profile, at 1 kHz: a minute's samples of the default rate in some seconds. The windows are as short as they may be.
    env: { PITOT_INTERVAL_MS: '1000', PITOT_CPU_INTERVAL_US: '0', PITOT_OVERHEAD_BUDGET: '1' },
  });
  // The first second warms up, the last window is cut short.
  return { profiles: { profiles: await readProfileFile(file, { sourceMaps: null }), ordered: true }, reports: reports.slice(1, -1) };
}

function compare(before: Run, after: Run, seed: number): DiffReport {
  const options: DiffOptions = { level: LEVEL, random: seededRandom(seed) };
  const cpu = diffProfiles(before.profiles, after.profiles, options);
  const paths = diffReports(before.reports, after.reports, options);
  return judgeDiff({ before: 'before', after: 'after', level: LEVEL, cpu, paths, notes: [] });
}

/** `name slower` for each finding. */
const findingsOf = ({ functions, paths }: DiffReport): string[] => [
  ...functions.filter(({ verdict }) => verdict === 'slower' || verdict === 'faster').map((it) => `${it.function} ${it.verdict}`),
  ...paths.filter(({ verdict }) => verdict === 'slower' || verdict === 'faster').map((it) => `path ${it.name} ${it.verdict}`),
];

function tell(progress: (text: string) => void, pair: string, diff: DiffReport): void {
  progress(`${pair}: ${diff.questions} questions, ${findingsOf(diff).join(', ') || 'no finding'}`);
}

function rows(same: DiffReport[], slow: DiffReport[], seconds: number) {
  const quiet = same.filter((diff) => findingsOf(diff).length === 0).length;
  const found = slow.filter((diff) => findingsOf(diff).includes(`${SLOWER} slower`)).length;
  const others = slow.flatMap(findingsOf).filter((finding) => !finding.includes(SLOWER) && finding.endsWith('slower')).length;
  const spread = same.flatMap(({ functions }) =>
    functions.filter(({ self }) => self !== null && self.before > 0.04).map(({ self }) => Math.abs(Math.log(self!.after / self!.before))),
  );
  const samples = Math.round(median(same.map(({ cpu }) => cpu!.before.samples)));
  const figure = { bench: 'diff-noise', unit: 'pairs' };
  return [
    row({
      ...figure,
      name: `without a finding, of ${same.length} pairs of one build`,
      value: quiet,
      bound: atLeast(Math.ceil(same.length * 0.95)),
      note: `${seconds} s a run, about ${samples} samples, ${median(same.map(({ questions }) => questions))} questions a pair, level ${LEVEL}`,
    }),
    row({
      ...figure,
      name: `that name the function made twice as slow, of ${slow.length}`,
      value: found,
      bound: atLeast(Math.ceil(slow.length * 0.95)),
      note: `${others} findings of other functions or paths becoming slower in all of them`,
    }),
    row({
      bench: 'diff-noise',
      name: 'change of a function between two runs of one build, median',
      value: (Math.exp(median(spread)) - 1) * 100,
      unit: '%',
      note: 'of functions with more than 4 % of the busy time, sampling noise included',
    }),
  ];
}

await runAlone(import.meta.url, diffNoise);
