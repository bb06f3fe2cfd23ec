// What the page's script gets: the run without its histograms, with pictures of the largest distributions, and nothing that the page prints itself.

import { type DistributionShape, distributionShape } from '../distribution-shape.js';
import type { CounterValue, DistributionStats, GaugeValue, Labels, PathStats, RunSummary, Stall, TimelinePoint } from '../report-types.js';
import { residentLimit } from '../resident-limit.js';
import { CLASS_NAMES, MEMORY_CLASSES, memoryLevels, restName } from './memory-levels.js';
import { memoryTrends, type PageTrend } from './memory-trends.js';
import { stallRows } from './stall-rows.js';

/** Distributions that get a picture, by total time (paths) and by count (distributions): bounds the page's size and the time to write it. */
export const SHAPES_MAX = 300;
/** Bins an octave in a picture: one pixel a bin in a table row, and 9 % wide, which is finer than the eye compares. */
export const BINS_PER_OCTAVE = 8;

export type PageShape = DistributionShape | null;
export type PagePath = Omit<PathStats, 'hdr'> & { totalNs: number; totalRatio: number; perS: number; shape: PageShape };
export type PageDistribution = Omit<DistributionStats, 'hdr'> & { perS: number; shape: PageShape };

/** A stall as it is marked on the timelines. */
export interface PageStall {
  /** Id of its row. */
  id: string;
  fromMs: number;
  durationMs: number;
  ongoing: boolean;
  verdict: Stall['verdict'];
  thread: string;
  /** The function to blame; empty: none is known. */
  where: string;
}

/** What the charts of memory draw; the levels belong to the points of the timeline. */
export interface PageMemory {
  classes: { id: string; name: string }[];
  /** Of each point the bytes of each class, from the bottom of the stack up. */
  levels: number[][];
  trends: PageTrend[];
  /** 0 where several processes are added up: each has its own. */
  heapLimitBytes: number;
}

export interface PageData {
  binsPerOctave: number;
  shapesMax: number;
  paths: PagePath[];
  distributions: PageDistribution[];
  counters: (CounterValue & { perS: number })[];
  gauges: GaugeValue[];
  timeline: Omit<TimelinePoint, 'handles'>[];
  memory: PageMemory;
  /** Earliest first. */
  stalls: PageStall[];
  limitBytes: number;
  limitSource: string;
}

export function pageData(run: RunSummary): PageData {
  const runS = run.durationMs / 1000;
  const perS = (count: number): number => (runS > 0 ? count / runS : 0);
  const byTotal = [...run.paths].sort((a, b) => totalNsOf(b) - totalNsOf(a));
  const sumNs = byTotal.reduce((sum, path) => sum + totalNsOf(path), 0);
  const timeline = [...run.timeline].sort((a, b) => a.atMs - b.atMs);
  const byCount = [...run.distributions].sort((a, b) => b.count - a.count);
  return {
    binsPerOctave: BINS_PER_OCTAVE,
    shapesMax: SHAPES_MAX,
    paths: byTotal.map((path, index) => {
      const { hdr, ...rest } = path;
      const totalNs = totalNsOf(path);
      return {
        ...rest,
        totalNs,
        totalRatio: sumNs > 0 ? totalNs / sumNs : 0,
        perS: perS(path.count),
        shape: index < SHAPES_MAX ? shapeOf(hdr) : null,
      };
    }),
    distributions: byCount.map((distribution, index) => {
      const { hdr, ...rest } = distribution;
      return { ...rest, perS: perS(distribution.count), shape: index < SHAPES_MAX ? shapeOf(hdr) : null };
    }),
    counters: run.counters.map((counter) => ({ ...counter, perS: perS(counter.delta) })),
    gauges: run.gauges,
    // Counts by name are in a table, and would be half of the page.
    timeline: timeline.map(({ handles: _handles, ...point }) => point),
    memory: pageMemory(run, timeline),
    stalls: pageStalls(run),
    limitBytes: residentLimit(run.runtime.memory),
    limitSource: run.runtime.memory.limitSource,
  };
}

function pageMemory(run: RunSummary, timeline: readonly TimelinePoint[]): PageMemory {
  const names = { ...CLASS_NAMES, rest: restName(timeline) };
  return {
    classes: MEMORY_CLASSES.map((id) => ({ id, name: names[id] })),
    levels: timeline.map((point) => {
      const levels = memoryLevels(point);
      return MEMORY_CLASSES.map((id) => Math.round(levels[id]));
    }),
    trends: memoryTrends(run, timeline),
    heapLimitBytes: run.processes.length === 1 ? run.runtime.memory.heapLimitBytes : 0,
  };
}

function pageStalls({ stalls, processes }: RunSummary): PageStall[] {
  return stallRows(stalls)
    .map(({ id, stall }) => ({
      id,
      fromMs: Date.parse(stall.startAt),
      durationMs: stall.durationMs,
      ongoing: stall.ongoing,
      verdict: stall.verdict,
      thread: stall.process === undefined ? stall.thread : `${processes[stall.process]?.pid} ${stall.thread}`,
      where: stall.top[0]?.function ?? '',
    }))
    .filter(({ fromMs }) => !Number.isNaN(fromMs))
    .sort((a, b) => a.fromMs - b.fromMs);
}

/** Time spent in a path: exact where every call was timed, else mean × exact count. */
export function totalNsOf(path: PathStats): number {
  return path.meanNs * path.count;
}

/** The fragment that opens a path's row; the page's script makes the same text. */
export function pathHash(kind: 'path' | 'distribution', name: string, labels: Labels): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  // Half a surrogate pair is a legal string and an illegal URI.
  const key = `${name}{${pairs.join(',')}}`.replace(/\p{Surrogate}/gu, '\ufffd');
  return `#${kind}/${encodeURIComponent(key)}`;
}

/** A histogram that cannot be read costs its picture, never the page. */
function shapeOf(hdr: string): PageShape {
  try {
    const shape = distributionShape(hdr, BINS_PER_OCTAVE);
    return shape.counts.length === 0 ? null : shape;
  } catch {
    return null;
  }
}
