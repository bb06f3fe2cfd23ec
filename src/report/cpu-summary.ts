// What a window's CPU profile comes to: functions, paths, the call tree and the files. Thread: pool worker; the agent thread when a process ends before it has a pool.
import type { Attribution } from '../flame/attribution/attribute.js';
import { cpuByPath } from '../flame/attribution/cpu-by-path.js';
import type { CallNode } from '../flame/call-tree.js';
import { toFlameTree } from '../flame/flame-tree.js';
import { nameProfile } from '../flame/names/name-profile.js';
import { SourceMaps } from '../flame/names/source-maps.js';
import type { NamedProfile, Profile } from '../flame/profile.js';
import { mergeSegments } from '../flame/profile-segments.js';
import { sumProfiles } from '../flame/sum-profiles.js';
import { busyTime, topFunctions } from '../flame/top-functions.js';
import type { Definition } from '../memory/definition-log.js';
import { flameFileName, keepNewestFlames, writeCpuProfile, writeFlameFiles } from './flame-files.js';
import type { CpuProfileSummary, FlameTree } from './report-types.js';

/** Functions in the table, nodes of the tree, threads that get a .cpuprofile of their own. */
const TOP_FUNCTIONS = 30;
const FLAME_NODES = 1200;
const PATH_FLAME_NODES = 150;
const THREAD_FILES_MAX = 8;
/** Source maps kept in memory: most services have one bundle. */
const SOURCE_MAP_BYTES_MAX = 64 * 1024 * 1024;
const SOURCE_MAPS_MAX = 200;

/** A stretch of one thread's samples, each with its path. */
export interface JoinedSegment {
  profile: Profile;
  attribution: Attribution;
}

/** One thread's part of a window: segments that follow each other. */
export interface ProfiledThread {
  threadId: number;
  segments: JoinedSegment[];
}

export interface CpuTask {
  threads: ProfiledThread[];
  /** Sampling period at the end of the window. */
  intervalUs: number;
  cwd: string;
  formats: string[];
  keep: number;
}

/** Where and of what the files are. */
export interface CpuTaskContext {
  directory: string;
  service: string;
  pid: number;
  seq: number;
  endWallMs: number;
  paths: Definition[];
}

const faults: string[] = [];
let sourceMaps: SourceMaps | null = null;

const UNKNOWN_PATH = { name: '(unknown)', labels: {} };
/** This thread's source maps, kept between tasks. */
export function ownSourceMaps(): SourceMaps {
  sourceMaps ??= new SourceMaps({ maxBytes: SOURCE_MAP_BYTES_MAX, maxFiles: SOURCE_MAPS_MAX, onFault: (message: string) => faults.push(message) });
  return sourceMaps;
}

/** Source maps that could not be read since the last call. */
export function takeSourceMapFaults(): string[] {
  return faults.splice(0);
}

/** Sums a window's profiles up and writes its flame files. */
export async function summariseCpu(task: CpuTask, context: CpuTaskContext): Promise<{ cpu: CpuProfileSummary; drawing: FlameDrawing }> {
  const segments = task.threads.flatMap((thread) => thread.segments);
  const named = segments.map(({ profile }) => nameProfile(profile, { cwd: task.cwd, sourceMaps: ownSourceMaps() }));
  const tree = sumProfiles(named);
  const { totalUs, busyUs, gcUs, programUs } = busyTime(tree);
  const ratio = (us: number): number => (busyUs > 0 ? us / busyUs : 0);
  const paths = new Map(context.paths.map((definition) => [definition.id, definition]));
  const attributed = segments.map(({ attribution }, i) => ({ profile: named[i], attribution }));
  // The last sample of a segment only marks its end.
  const samples = named.reduce((sum, segment) => sum + segment.samples.length - 1, 0);
  const about = aboutOf(context, samples);
  const cpu: CpuProfileSummary = {
    samples,
    durationMs: totalUs / 1000,
    busyMs: busyUs / 1000,
    intervalUs: task.intervalUs,
    gcRatio: ratio(gcUs),
    programRatio: ratio(programUs),
    top: topFunctions(tree, TOP_FUNCTIONS).map(({ frame, selfUs, totalUs: withCalleesUs }) => ({
      function: frame.function,
      file: frame.file,
      line: frame.line,
      selfRatio: ratio(selfUs),
      totalRatio: ratio(withCalleesUs),
    })),
    byPath: cpuByPath(
      attributed,
      (path) => paths.get(path) ?? UNKNOWN_PATH,
      (keep) => flameOf(sumProfiles(named, keep), PATH_FLAME_NODES),
    ),
    flame: flameOf(tree, FLAME_NODES),
    files: await writeFiles(task, context, named, tree, about),
  };
  return { cpu, drawing: { directory: context.directory, ...about, flame: cpu.flame } };
}

/** What a picture of the window's profile is drawn from. */
export interface FlameDrawing {
  directory: string;
  base: string;
  title: string;
  subtitle: string;
  flame: FlameTree | null;
}

function aboutOf({ service, pid, seq, endWallMs }: CpuTaskContext, samples: number): Pick<FlameDrawing, 'base' | 'title' | 'subtitle'> {
  return {
    base: flameFileName(endWallMs, pid, 0, sequenceOf(seq)),
    title: `${service} · CPU`,
    subtitle: `window ${seq}, ${new Date(endWallMs).toISOString()} · ${samples} samples`,
  };
}

const sequenceOf = (seq: number): string => String(seq).padStart(6, '0');

function flameOf(tree: CallNode, nodesMax: number): FlameTree | null {
  return tree.totalSamples > 0 ? toFlameTree(tree, { nodesMax }) : null;
}

function mergeByThread(segments: NamedProfile[]): NamedProfile[] {
  const threads = [...new Set(segments.map(({ thread }) => thread))];
  return threads.map((name) => mergeSegments(segments.filter(({ thread }) => thread === name)));
}

async function writeFiles(
  task: CpuTask,
  { directory, pid, seq, endWallMs }: CpuTaskContext,
  named: NamedProfile[],
  tree: CallNode,
  { base, title, subtitle }: Pick<FlameDrawing, 'base' | 'title' | 'subtitle'>,
): Promise<string[]> {
  const files: string[] = [];
  // The busiest threads first, main before all.
  const order = task.threads
    .map(({ threadId, segments: own }) => ({ threadId, profile: mergeSegments(own.map(({ profile }) => profile)) }))
    .sort((a, b) => Number(b.threadId === 0) - Number(a.threadId === 0) || b.profile.samples.length - a.profile.samples.length)
    .slice(0, THREAD_FILES_MAX);
  if (task.formats.includes('cpuprofile')) {
    for (const { threadId, profile } of order)
      files.push(writeCpuProfile(directory, flameFileName(endWallMs, pid, threadId, sequenceOf(seq)), profile));
  }
  if (order.length > 0) files.push(...(await writeFlameFiles(directory, base, task.formats, { named: mergeByThread(named), tree, title, subtitle })));
  if (files.length > 0) keepNewestFlames(directory, task.keep);
  return files;
}
