// What a stall's samples show: who is to blame, how much was garbage collection, and the flame file of exactly that interval.
import { buildCallTree } from '../flame/call-tree.js';
import { toFlameTree } from '../flame/flame-tree.js';
import { nameProfile } from '../flame/name-profile.js';
import type { Profile } from '../flame/profile.js';
import { busyTime, culprits, topFunctions } from '../flame/top-functions.js';
import { ownSourceMaps } from './cpu-summary.js';
import { keepNewestFlames, writeCpuProfile, writeFlameFiles } from './flame-files.js';
import type { FlameTree, Stall } from './report-types.js';

/** Functions that a stall names, and nodes of its call tree in the report. */
const TOP_FUNCTIONS = 10;
const FLAME_NODES = 300;

export interface StallSamplesTask {
  /** The stalled thread's samples in the interval. */
  profile: Profile;
  cwd: string;
  directory: string;
  /** Name of the flame files, without ending. */
  base: string;
  /** The stall is over: its flame files are written in all formats, not as a .cpuprofile only. */
  isLast: boolean;
  formats: string[];
  keep: number;
  title: string;
  subtitle: string;
}

export interface StallSamples {
  top: Stall['top'];
  /** Share of the samples in the garbage collector; null without samples. */
  gcRatio: number | null;
  /** Name of the function with the most self time; null without samples. */
  topFrame: string | null;
  flame: FlameTree | null;
  /** The .cpuprofile, relative to the run directory. */
  file: string;
  /** In all formats. */
  files: string[];
}

/** Source maps are applied where `withSourceMaps`: in the pool, where reading them delays nothing. */
export async function readStallSamples(task: StallSamplesTask, withSourceMaps: boolean): Promise<StallSamples> {
  const named = nameProfile(task.profile, { cwd: task.cwd, sourceMaps: withSourceMaps ? ownSourceMaps() : null });
  const tree = buildCallTree(named);
  const { busyUs, gcUs } = busyTime(tree);
  const top = culprits(tree, TOP_FUNCTIONS);
  const file = writeCpuProfile(task.directory, task.base, task.profile);
  const others = task.isLast ? task.formats.filter((format) => format !== 'cpuprofile') : [];
  const files = [
    file,
    ...(await writeFlameFiles(task.directory, task.base, others, { named: [named], tree, title: task.title, subtitle: task.subtitle })),
  ];
  if (task.isLast) keepNewestFlames(task.directory, task.keep);
  return {
    top,
    gcRatio: busyUs > 0 ? gcUs / busyUs : null,
    topFrame: topFunctions(tree, 1)[0]?.frame.function ?? null,
    flame: tree.totalSamples > 0 ? toFlameTree(tree, { nodesMax: FLAME_NODES }) : null,
    file,
    files,
  };
}
