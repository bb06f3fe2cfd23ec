// Advice on projections: those that read streams again for each event, and those that run one after another.
import type { Finding } from '../../core/alert-types.js';
import {
  COMMAND_STREAMS,
  COMMANDS,
  PROJECTION,
  PROJECTION_EVENTS,
  PROJECTION_LAG_MS,
  STORE_EVENTS_READ,
  STORE_READ,
} from '../../core/instrument-names.js';
import {
  EVENTS_READ_A_PROCESSED_MAX,
  NAMED_MAX,
  PROCESSED_MIN,
  SERIAL_BUSY_RATIO_MAX,
  SERIAL_BUSY_RATIO_MIN,
  SERIAL_CPU_USAGE_MAX,
  SERIAL_LAG_MS_MIN,
  SERIAL_SHARE_MIN,
} from '../advice-thresholds.js';
import { amount, counted, percent, series, span } from '../figure-words.js';
import type { Figures } from '../figures.js';
import { busyMsOf, callsOf, deltaOf, distributionsOf, gaugesOf, highest, pathsOf } from '../read-figures.js';

/**
 * Events read by others than commands, an event processed. Commands' part is the streams they read, of all reads; where they ran and did not tell their
 * streams, nothing is known.
 */
export function recalculationAdvice(figures: Figures): Finding[] {
  const processed = deltaOf(figures, PROJECTION_EVENTS);
  const read = deltaOf(figures, STORE_EVENTS_READ);
  const reads = callsOf(pathsOf(figures, STORE_READ));
  const streams = distributionsOf(figures, COMMAND_STREAMS);
  const told = streams.reduce((sum, { count }) => sum + count, 0);
  const commands = callsOf(pathsOf(figures, COMMANDS));
  if (processed < PROCESSED_MIN || reads === 0 || told * 2 < commands) return [];
  // Where some commands did not tell, the others stand for them.
  const byCommands = streams.reduce((sum, { count, mean }) => sum + count * mean, 0) * Math.max(1, commands / Math.max(1, told));
  const others = Math.max(0, 1 - byCommands / reads);
  const perEvent = (read * others) / processed;
  if (perEvent <= EVENTS_READ_A_PROCESSED_MAX) return [];
  const commandPart = commands > 0 ? `, ${percent(others)} of them not by commands` : '';
  return [
    {
      name: 'recalculating projections',
      title: 'Projections seem to read streams again for each event',
      figures: `${counted(read, 'event')} were read in ${counted(reads, 'read')}${commandPart}, for ${counted(processed, 'event')} processed: ${amount(perEvent)} an event.`,
      advice:
        'Update what the projection holds from the event alone, as a balance by an amount, instead of computing it anew from the stream. Where the whole state ' +
        'is needed, keep it with the position it is of.',
    },
  ];
}

/** Projections that lag and whose batches never run at the same time. */
export function serialAdvice(figures: Figures): Finding[] {
  const lagging = highest(
    gaugesOf(figures, PROJECTION_LAG_MS).filter(({ value }) => value > SERIAL_LAG_MS_MIN),
    ({ value }) => value,
  );
  if (lagging === undefined || figures.runtime.cpuUsage > SERIAL_CPU_USAGE_MAX) return [];
  const batches = pathsOf(figures, PROJECTION);
  const busy = batches
    .map((path) => ({ labels: path.labels, ratio: busyMsOf([path]) / Math.max(1, figures.spanMs) }))
    .filter(({ ratio }) => ratio >= SERIAL_SHARE_MIN)
    .sort((a, b) => b.ratio - a.ratio);
  const sum = busyMsOf(batches) / Math.max(1, figures.spanMs);
  if (busy.length < 2 || sum < SERIAL_BUSY_RATIO_MIN || sum > SERIAL_BUSY_RATIO_MAX) return [];
  const named = busy.slice(0, NAMED_MAX).map(({ labels, ratio }) => `${series('projection', labels)} ${percent(ratio)}`);
  return [
    {
      name: 'serial projections',
      title: 'Projections run one after another',
      figures: `Batches of all projections together take ${percent(sum)} of the time (${named.join(', ')}), as if only one ran at a time; ${series('projection', lagging.labels)} is ${span(lagging.value)} behind.`,
      advice:
        'Projections that do not depend on each other can run at once, each with its own position. Within one, write the changes of a batch in one transaction.',
    },
  ];
}
