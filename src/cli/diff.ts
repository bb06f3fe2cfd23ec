// `pitot diff`: what became slower between two profiles, two reports or two runs, and what is only noise.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { PitotError } from '../core/errors.js';
import type { ProfileSide } from '../flame/diff/block-sums.js';
import type { DiffNode } from '../flame/draw/diff-node.js';
import type { PathDiff } from '../report/diff-reports.js';
import type { DiffReport } from '../report/judge-diff.js';
import { type Command, EXIT_DONE, EXIT_FINDINGS } from './command.js';
import { type DiffSide, readProfiles, requireSameKind, sideOf } from './diff-sides.js';
import { parseCommand, usageError } from './parse-args.js';

const help = `Usage: pitot diff [options] BEFORE AFTER

Compares two CPU profiles (.cpuprofile, .folded, .pb.gz, .speedscope.json), two directories of them, two reports (report-NNNNNN.json) or two run
directories. Functions by their share of the busy time, paths by their latency percentiles; each change has an interval from a bootstrap
over windows or blocks of samples, and only what is beyond noise, corrected for the number of questions, is called a change.

Options:
  --level P     chance of a finding where nothing has changed, 0.0001..0.5 (default 0.05)
  --json        print everything as JSON
  -o, --output FILE   write a differential flame graph (.svg, .html: red more, blue less) or folded stacks with two values (.folded)
  -h, --help    show this help

Exit codes: 0 nothing became slower · 1 something did · 2 usage, or nothing to compare
`;

/** The same inputs give the same answer. */
const SEED = 20260101;
const OUTPUTS = /\.(svg|html|folded)$/i;

export const command: Command = {
  help,
  async run(args, io) {
    const given = parseCommand(
      args,
      {
        level: { type: 'string', default: '0.05' },
        json: { type: 'boolean' },
        output: { type: 'string', short: 'o' },
      },
      command,
      io,
    );
    if (given === null) return EXIT_DONE;
    const { values, positionals } = given;
    if (positionals.length !== 2)
      throw usageError('BEFORE AFTER', 'two paths', `${positionals.length}`, 'For example: pitot diff before.cpuprofile after.cpuprofile.');
    const level = levelOf(values.level);
    const output = values.output === undefined ? undefined : outputOf(values.output);
    const { diff, profiles } = await compare([positionals[0], positionals[1]], level);
    if (output !== undefined) {
      await write(output, diff, profiles);
      (values.json ? io.err : io.out)(`Written to ${resolve(output.path)}\n`);
    }
    if (values.json) io.out(`${JSON.stringify(diff, null, 2)}\n`);
    else {
      const { renderDiff } = await import('../report/text-diff.js');
      io.out(renderDiff(diff, { width: io.width, colour: io.colour }));
    }
    return diff.slower ? EXIT_FINDINGS : EXIT_DONE;
  },
};

interface Compared {
  diff: DiffReport;
  /** Null without CPU profiles on both sides. */
  profiles: [ProfileSide, ProfileSide] | null;
}

async function compare([beforePath, afterPath]: [string, string], level: number): Promise<Compared> {
  const { seededRandom } = await import('../flame/diff/seeded-random.js');
  const { judgeDiff } = await import('../report/judge-diff.js');
  const random = seededRandom(SEED);
  const notes = new Set<string>();
  const onSkipped = (message: string): void => void notes.add(message);
  const before = sideOf(beforePath, isReport, onSkipped);
  const after = sideOf(afterPath, isReport, onSkipped);
  requireSameKind(before, after);
  const paths = before.kind === 'reports' ? await comparePaths(before, after, { level, random, notes }) : null;
  const profiles = await profilesOf(before, after, notes);
  const { diffProfiles } = await import('../flame/diff/diff.js');
  const cpu = profiles && diffProfiles(profiles[0], profiles[1], { level, random });
  if (profiles?.some(({ ordered }) => !ordered))
    notes.add('a profile without the order of its samples: neighbours are taken as correlated, intervals are wider');
  if (cpu === null && (paths === null || Math.min(paths.windows.before, paths.windows.after) === 0)) {
    const allowed = 'two sides with reports, or two with CPU profiles';
    throw new PitotError('INPUT_FILE', {
      option: `${beforePath} ${afterPath}`,
      allowed,
      received: 'nothing that both have',
      remedy: 'Name runs that have written a report.',
    });
  }
  return { diff: judgeDiff({ before: beforePath, after: afterPath, level, cpu, paths, notes: [...notes] }), profiles };
}

async function comparePaths(
  before: DiffSide,
  after: DiffSide,
  { level, random, notes }: { level: number; random: () => number; notes: Set<string> },
): Promise<PathDiff> {
  const { diffReports, PATH_WINDOWS_MIN } = await import('../report/diff-reports.js');
  const onUnreadable = (path: string, message: string): void => void notes.add(`histogram of ${path} cannot be read: ${message}`);
  const diff = diffReports(before.reports, after.reports, { level, random, onUnreadable });
  if (Math.min(diff.windows.before, diff.windows.after) < PATH_WINDOWS_MIN)
    notes.add(
      `fewer than ${PATH_WINDOWS_MIN} windows a side show no noise between windows: it is assumed, and only large changes of paths are found`,
    );
  return diff;
}

async function profilesOf(before: DiffSide, after: DiffSide, notes: Set<string>): Promise<[ProfileSide, ProfileSide] | null> {
  const files = [before.profileFiles(), after.profileFiles()];
  for (const [i, side] of [before, after].entries()) if (files[i].length === 0) notes.add(`no CPU profile in ${side.path}: only paths are compared`);
  if (files.some((list) => list.length === 0)) return null;
  const strict = before.kind === 'profiles';
  const onSkipped = (message: string): void => void notes.add(message);
  return [await readProfiles(files[0], strict, onSkipped), await readProfiles(files[1], strict, onSkipped)];
}

function levelOf(text: string): number {
  const level = Number(text);
  if (!(level >= 0.0001 && level <= 0.5)) throw usageError('--level', 'a number from 0.0001 to 0.5', text, 'For example: --level 0.01.');
  return level;
}

function outputOf(path: string): { path: string; format: string } {
  const format = OUTPUTS.exec(path)?.[1].toLowerCase();
  if (format === undefined) throw usageError('-o', 'a file that ends in .svg, .html or .folded', path, 'Name it for what it is to hold.');
  return { path, format };
}

/** Only the beginning is looked at: profiles can be large, and reports begin with their schema. */
function isReport(file: string): boolean {
  return file.endsWith('.json') && /^\s*\{\s*"schema"\s*:\s*"pitot\.report\//.test(readFileSync(file, { encoding: 'utf8' }).slice(0, 200));
}

async function write({ path, format }: { path: string; format: string }, diff: DiffReport, profiles: Compared['profiles']): Promise<void> {
  if (profiles === null) throw usageError('-o', 'CPU profiles on both sides', 'none', 'Compare runs or profiles that have them.');
  const { diffFolded, diffTree, functionKey } = await import('../flame/diff/diff-tree.js');
  const found = diff.functions.filter(({ verdict }) => verdict === 'slower' || verdict === 'faster');
  const tree = diffTree(profiles[0].profiles, profiles[1].profiles, new Set(found.map(functionKey)));
  const text = format === 'folded' ? diffFolded(tree) : await drawn(format, tree, diff);
  try {
    writeFileSync(path, text);
  } catch (error) {
    const received = error instanceof Error ? error.message : String(error);
    throw new PitotError('CLI_USAGE', { option: '-o', allowed: 'a file that can be written', received, remedy: 'Name another file.' });
  }
}

async function drawn(format: string, tree: DiffNode, { before, after, cpu }: DiffReport): Promise<string> {
  const title = `${before} → ${after}`;
  const subtitle = `${cpu?.before.samples} samples before, ${cpu?.after.samples} after; times before are scaled to the length of after`;
  if (format === 'svg') return (await import('../flame/draw/svg.js')).diffSvg(tree, { title, subtitle });
  return (await import('../flame/draw/html/flame-page.js')).diffHtml(tree, { title, subtitle });
}
