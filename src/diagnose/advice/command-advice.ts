// Advice on commands and their events: streams they read, sizes of events, writes that go one at a time.
import type { Finding } from '../../core/alert-types.js';
import { COMMAND_STREAMS, COMMANDS, STORE_BATCH, STORE_EVENT_BYTES, STORE_WRITE } from '../../core/instrument-names.js';
import { formatBytes } from '../../core/units.js';
import {
  ADVICE_COUNT_MIN,
  BATCH_EVENTS_MIN,
  EVENT_BYTES_MEAN_MAX,
  EVENT_BYTES_P95_MAX,
  NAMED_MAX,
  STREAMS_A_COMMAND_MAX,
  WRITES_A_COMMAND_MIN,
  WRITES_PER_S_MIN,
} from '../advice-thresholds.js';
import { amount, counted, duration, series } from '../figure-words.js';
import type { Figures } from '../figures.js';
import { callsOf, distributionsOf, highest, labelKey, pathsOf, perSecond } from '../read-figures.js';

/** Too many streams read by a command. */
export function streamsAdvice(figures: Figures): Finding[] {
  const wide = distributionsOf(figures, COMMAND_STREAMS)
    .filter(({ count, p50 }) => count >= ADVICE_COUNT_MIN && p50 > STREAMS_A_COMMAND_MAX)
    .sort((a, b) => b.p50 - a.p50);
  if (wide.length === 0) return [];
  const named = wide.slice(0, NAMED_MAX).map(({ labels, p50, max, count }) => {
    const path = pathsOf(figures, COMMANDS).find((command) => command.labels.command !== undefined && command.labels.command === labels.command);
    const latency = path !== undefined && Number.isFinite(path.p95Ms) ? `, p95 ${duration(path.p95Ms)}` : '';
    return `${series('command', labels)} reads ${counted(p50, 'stream')} at the median and ${amount(max)} at the most, over ${counted(count, 'call')}${latency}`;
  });
  return [
    {
      name: 'streams a command',
      title: 'Commands read many streams',
      figures: sentence([...named, ...others(wide.length, 'command')]),
      advice:
        'Each stream is a round trip and a possible conflict. Read only the streams that the decision rests on; what is there for auditing or ' +
        'notification belongs into a projection or a command of its own. Streams that must be read can be read at once.',
    },
  ];
}

/** Events too large. */
export function eventSizeAdvice(figures: Figures): Finding[] {
  const sizes = distributionsOf(figures, STORE_EVENT_BYTES).filter(
    ({ count, mean, p95 }) => count >= ADVICE_COUNT_MIN && (mean > EVENT_BYTES_MEAN_MAX || p95 > EVENT_BYTES_P95_MAX),
  );
  const largest = highest(sizes, ({ mean }) => mean);
  if (largest === undefined) return [];
  const { labels, mean, p95, max, count } = largest;
  const of = labelKey(labels) === '' ? 'events' : `events (${labelKey(labels)})`;
  return [
    {
      name: 'event size',
      title: 'Events are large',
      figures: `Of ${counted(count, 'event')} measured, ${of} have ${formatBytes(mean)} on average, p95 ${formatBytes(p95)}, at most ${formatBytes(max)}.`,
      advice:
        'An event is read again with every rebuild of its stream. Keep in it what changed, and the ids of the rest: whole entities, histories and ' +
        'documents belong into a store of their own, with a reference.',
    },
  ];
}

/** Writes not batched. */
export function batchAdvice(figures: Figures): Finding[] {
  const batch = highest(
    distributionsOf(figures, STORE_BATCH).filter(({ count }) => count >= ADVICE_COUNT_MIN),
    ({ count }) => count,
  );
  const writes = callsOf(pathsOf(figures, STORE_WRITE));
  if (batch === undefined || writes < ADVICE_COUNT_MIN || batch.mean >= BATCH_EVENTS_MIN) return [];
  const commands = callsOf(pathsOf(figures, COMMANDS));
  const perCommand = commands >= ADVICE_COUNT_MIN ? writes / commands : 0;
  const rate = perSecond(figures, writes);
  if (perCommand < WRITES_A_COMMAND_MIN && rate < WRITES_PER_S_MIN) return [];
  const slowest = highest(
    pathsOf(figures, STORE_WRITE).filter(({ p50Ms }) => Number.isFinite(p50Ms)),
    ({ p50Ms }) => p50Ms,
  );
  const each = slowest === undefined ? '' : `, each ${duration(slowest.p50Ms)} at the median`;
  const byCommand = perCommand >= WRITES_A_COMMAND_MIN ? `, ${amount(perCommand)} of them a command` : '';
  return [
    {
      name: 'unbatched writes',
      title: 'Events are written one at a time',
      figures: `${amount(rate)} writes a second${byCommand}, with ${amount(batch.mean)} events a write on average${each}.`,
      advice:
        perCommand >= WRITES_A_COMMAND_MIN
          ? 'Write all events of a command in one append: one round trip and one commit, and either all of them are there or none.'
          : 'Each write is a round trip and a commit. Gather operations that belong together into one transaction, or rows into one statement.',
    },
  ];
}

const sentence = (clauses: readonly string[]): string => `${clauses.join('; ')}.`.replace(/^./, (first) => first.toUpperCase());
const others = (count: number, noun: string): string[] => (count > NAMED_MAX ? [`and ${counted(count - NAMED_MAX, `more ${noun}`)}`] : []);
