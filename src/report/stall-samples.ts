// What a stall's samples show: who is to blame, how much was garbage collection, and the flame file of exactly that interval.
import { buildCallTree } from '../flame/call-tree.js';
import { toFlameTree } from '../flame/flame-tree.js';
import { nameProfile } from '../flame/names/name-profile.js';
import type { NamedProfile, Profile } from '../flame/profile.js';
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
  /** The thread may only be waiting for work in a package: no file is written when its samples end in one. */
  mayRest: boolean;
  formats: string[];
  keep: number;
  title: string;
  subtitle: string;
}

export interface StallSamples {
  top: Stall['top'];
  /** Time of the samples without idle time. */
  busyUs: number;
  /** Share of the busy time in the garbage collector; null without samples. */
  gcRatio: number | null;
  /** Name of the function with the most self time; null without samples. */
  topFrame: string | null;
  /** Since when the thread is in the function of a package that it is in at the end, µs of the machine's clock; null: in no package, or it was not asked. */
  inPackageSinceUs: number | null;
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
  const gcRatio = busyUs > 0 ? gcUs / busyUs : null;
  const topFrame = topFunctions(tree, 1)[0]?.frame.function ?? null;
  const inPackageSinceUs = task.mayRest ? packageSinceUs(named) : null;
  if (inPackageSinceUs !== null) return { top, busyUs, gcRatio, topFrame, inPackageSinceUs, flame: null, file: '', files: [] };
  const file = writeCpuProfile(task.directory, task.base, task.profile);
  const others = task.isLast ? task.formats.filter((format) => format !== 'cpuprofile') : [];
  const files = [
    file,
    ...(await writeFlameFiles(task.directory, task.base, others, { named: [named], tree, title: task.title, subtitle: task.subtitle })),
  ];
  if (task.isLast) keepNewestFlames(task.directory, task.keep);
  return {
    top,
    busyUs,
    gcRatio,
    topFrame,
    inPackageSinceUs,
    flame: tree.totalSamples > 0 ? toFlameTree(tree, { nodesMax: FLAME_NODES }) : null,
    file,
    files,
  };
}

/** V8 shows Atomics.wait as time of the function that calls it, or of the builtin that was called there before: builtins are looked through. */
function packageSinceUs({ frames, nodeFrames, nodeParents, samples, timesUs }: NamedProfile): number | null {
  const codeOf = (sample: number): number => {
    let node = samples[sample];
    while (frames[nodeFrames[node]].kind === 'native' && nodeParents[node] >= 0) node = nodeParents[node];
    return nodeFrames[node];
  };
  let at = samples.length - 1;
  const code = codeOf(at);
  if (frames[code].kind !== 'package') return null;
  while (at > 0 && codeOf(at - 1) === code) at--;
  return timesUs[at];
}
