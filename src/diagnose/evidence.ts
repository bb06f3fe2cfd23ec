// Evidence: what the figures of this process say that goes with an alert, one sentence each, the most telling first.
import {
  COMMAND_ERRORS,
  COMMANDS,
  COMMANDS_CONCURRENT,
  ERRORS,
  HEALTH,
  PROJECTION,
  PROJECTION_ERRORS,
  PROJECTION_EVENTS,
  PROJECTION_LAG_MS,
  STORE_CONFLICTS,
  STORE_EVENTS_WRITTEN,
  STORE_READ,
  STORE_WRITE,
} from '../core/instrument-names.js';
import { EVIDENCE_MAX } from '../core/limits.js';
import { formatBytes } from '../core/units.js';
import { bindingMemory } from './binding-memory.js';
import { amount, counted, duration, percent, series, span } from './figure-words.js';
import type { Figures, PathFigures } from './figures.js';
import { callsOf, deltaOf, errorsOf, gaugesOf, highest, labelKey, pathsOf, perSecond, poolsOf, storeUnderWay } from './read-figures.js';

type Source = (figures: Figures) => string[];

/** By name of a default rule, and of a runbook, so that rules of users have evidence, too. */
const SOURCES: Readonly<Record<string, readonly Source[]>> = {
  'service down': [health, loop, cpu, pools, memory],
  'command failure spike': [failures, errorKinds, storeFailures, conflicts, pools, slowStore],
  'event store unavailable': [storeFailures, underWay, pools, slowStore, failures, errorKinds],
  'memory leak': [leaks, memory, collector],
  'high latency': [slowCommands, slowStore, pools, cpu, loop, collector, concurrency],
  'projection lag': [lags, projectionFailures, projectionRate, batches, slowStore, pools, cpu],
  'resource exhaustion': [cpu, memory, loop, collector, concurrency],
  'error-rate increase': [failures, errorKinds, storeFailures, conflicts, slowStore],
  'performance degradation': [slowCommands, slowStore, pools, cpu, loop, collector],
  capacity: [memory, cpu, throughput, pools],
  'high command latency': [slowCommands, slowStore, pools, cpu, loop, collector, concurrency],
  'memory growth': [leaks, memory, collector],
  'store contention': [slowStore, conflicts, pools, underWay, storeFailures],
  'command failures': [failures, errorKinds, storeFailures, conflicts, pools, slowStore],
  'error rate': [failures, errorKinds, storeFailures, conflicts, slowStore],
};

const ANY: readonly Source[] = [failures, slowCommands, storeFailures, slowStore, pools, lags, cpu, memory, loop];

/**
 * Sentences with figures that go with a rule, at most EVIDENCE_MAX. A rule without a list of its own has that of its runbook, else a bit of everything.
 * Figures of a step know no percentiles, so their latencies are means.
 */
export function evidenceFor(rule: string, figures: Figures, runbook = ''): string[] {
  const known = [rule, rule.replace(/[-_]/g, ' '), runbook].map((name) => name.toLowerCase()).find((name) => Object.hasOwn(SOURCES, name));
  return (known === undefined ? ANY : SOURCES[known]).flatMap((source) => source(figures)).slice(0, EVIDENCE_MAX);
}

function leaks({ leaks: sentences = [] }: Figures): string[] {
  return [...sentences];
}

function health(figures: Figures): string[] {
  const failing = gaugesOf(figures, HEALTH).filter(({ value }) => value === 0);
  return failing.length === 0 ? [] : [`Failing: ${failing.map(({ labels }) => series('check', labels)).join(', ')}.`];
}

function loop({ runtime: { loopStalledMs, loopDelayP99Ms } }: Figures): string[] {
  if (loopStalledMs > 0) return [`The main thread's loop has not turned for ${span(loopStalledMs)}.`];
  return loopDelayP99Ms > 0 ? [`Loop delay p99 ${duration(loopDelayP99Ms)}.`] : [];
}

function cpu({ runtime: { cpuUsage, cpuRatio } }: Figures): string[] {
  return Number.isFinite(cpuUsage) ? [`CPU ${percent(cpuUsage)} of what may be used, ${amount(cpuRatio)} cores.`] : [];
}

function memory({ runtime }: Figures): string[] {
  const { memoryRatio, heapUsedBytes, rssBytes } = runtime;
  const binding = bindingMemory(runtime);
  const of =
    binding !== undefined && Number.isFinite(memoryRatio)
      ? `${binding.of === 'live heap' ? 'live heap ' : ''}${formatBytes(binding.bytes)}, ${percent(memoryRatio)} of ${formatBytes(binding.limitBytes)}`
      : 'no limit is known';
  return [`Memory: ${of}; resident ${formatBytes(rssBytes)}, heap ${formatBytes(heapUsedBytes)} used.`];
}

function collector({ runtime: { gcCount, gcPauseMeanMs, gcPauseMaxMs } }: Figures): string[] {
  return gcCount > 0
    ? [`${counted(gcCount, 'pause')} of the garbage collector, ${duration(gcPauseMeanMs)} on average, ${duration(gcPauseMaxMs)} at most.`]
    : [];
}

function failures(figures: Figures): string[] {
  const commands = pathsOf(figures, COMMANDS);
  const failed = errorsOf(commands);
  if (failed === 0) return [];
  const calls = callsOf(commands);
  const most = highest(commands, ({ errors }) => errors)!;
  return [
    `${amount(failed)} of ${counted(calls, 'command')} failed, ${percent(failed / calls)}; most of ${series('command', most.labels, ['complexity'])}: ${amount(most.errors)} of ${amount(most.count)}.`,
  ];
}

function errorKinds(figures: Figures): string[] {
  const kinds = figures.counters.filter(({ name, delta }) => name === COMMAND_ERRORS && delta > 0);
  const any = kinds.length > 0 ? kinds : figures.counters.filter(({ name, delta }) => name === ERRORS && delta > 0);
  if (any.length === 0) return [];
  const most = [...any].sort((a, b) => b.delta - a.delta).slice(0, 3);
  return [`Errors: ${most.map(({ labels, delta }) => `${amount(delta)} ${labels.kind ?? 'without a kind'}`).join(', ')}.`];
}

function storeFailures(figures: Figures): string[] {
  const sides = [STORE_WRITE, STORE_READ].flatMap((name) => {
    const operations = pathsOf(figures, name);
    const failed = errorsOf(operations);
    return failed === 0 ? [] : [`${amount(failed)} of ${counted(callsOf(operations), name === STORE_WRITE ? 'write' : 'read')}`];
  });
  return sides.length === 0 ? [] : [`Failed operations of the event store: ${sides.join(', ')}.`];
}

function underWay(figures: Figures): string[] {
  const count = storeUnderWay(figures);
  return count > 0 ? [`${counted(count, 'operation')} of the event store under way.`] : [];
}

function conflicts(figures: Figures): string[] {
  const count = deltaOf(figures, STORE_CONFLICTS);
  return count > 0 ? [`${counted(count, 'write')} met a conflict of versions, ${amount(perSecond(figures, count))} a second.`] : [];
}

function slowCommands(figures: Figures): string[] {
  const slowest = slowestOf(pathsOf(figures, COMMANDS));
  return slowest === undefined ? [] : [`Slowest: ${series('command', slowest.labels, ['complexity'])} with ${latency(slowest)}.`];
}

function slowStore(figures: Figures): string[] {
  return [STORE_WRITE, STORE_READ].flatMap((name) => {
    const slowest = slowestOf(pathsOf(figures, name));
    const of = slowest !== undefined && Object.keys(slowest.labels).length > 0 ? ` (${labelKey(slowest.labels)})` : '';
    return slowest === undefined ? [] : [`${name === STORE_WRITE ? 'Writes' : 'Reads'} of the event store${of}: ${latency(slowest)}.`];
  });
}

function pools(figures: Figures): string[] {
  return poolsOf(figures).map(({ labels, total, inUse, waiting }) => {
    const wait = waiting > 0 ? `, ${amount(waiting)} waiting` : '';
    return `${series('pool', labels).replace(/^p/, 'P')}: ${amount(inUse)} of ${amount(total)} connections in use${wait}.`;
  });
}

function lags(figures: Figures): string[] {
  const behind = gaugesOf(figures, PROJECTION_LAG_MS)
    .filter(({ value }) => value > 0)
    .sort((a, b) => b.value - a.value);
  return behind.length === 0
    ? []
    : [
        `Behind: ${behind
          .slice(0, 3)
          .map(({ labels, value }) => `${series('projection', labels)} by ${span(value)}`)
          .join(', ')}.`,
      ];
}

function projectionFailures(figures: Figures): string[] {
  const errors = deltaOf(figures, PROJECTION_ERRORS);
  return errors > 0 ? [`${counted(errors, 'error')} of projections.`] : [];
}

function projectionRate(figures: Figures): string[] {
  const written = deltaOf(figures, STORE_EVENTS_WRITTEN);
  const each = figures.counters.filter(({ name }) => name === PROJECTION_EVENTS);
  const slowest = highest(each, ({ delta }) => -delta);
  if (slowest === undefined) return [];
  return [
    `${series('projection', slowest.labels).replace(/^p/, 'P')} processed ${amount(perSecond(figures, slowest.delta))} events a second; ${amount(perSecond(figures, written))} were written.`,
  ];
}

function batches(figures: Figures): string[] {
  const slowest = slowestOf(pathsOf(figures, PROJECTION));
  return slowest === undefined ? [] : [`Slowest batches: ${series('projection', slowest.labels)} with ${latency(slowest)}.`];
}

function concurrency(figures: Figures): string[] {
  const running = gaugesOf(figures, COMMANDS_CONCURRENT).reduce((sum, { value }) => sum + value, 0);
  return running > 0 ? [`${counted(running, 'command')} under way.`] : [];
}

function throughput(figures: Figures): string[] {
  const commands = callsOf(pathsOf(figures, COMMANDS));
  const written = deltaOf(figures, STORE_EVENTS_WRITTEN);
  return commands + written === 0
    ? []
    : [`${amount(perSecond(figures, commands))} commands and ${amount(perSecond(figures, written))} written events a second.`];
}

const slowestOf = (paths: readonly PathFigures[]): PathFigures | undefined =>
  highest(paths, ({ p95Ms, meanMs }) => (Number.isFinite(p95Ms) ? p95Ms : meanMs));

function latency({ p95Ms, p50Ms, meanMs, count }: PathFigures): string {
  const calls = `over ${counted(count, 'call')}`;
  return Number.isFinite(p95Ms) ? `p95 ${duration(p95Ms)}, p50 ${duration(p50Ms)} ${calls}` : `${duration(meanMs)} on average ${calls}`;
}
