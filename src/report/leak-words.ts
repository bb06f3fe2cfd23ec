// What is said of a leak in the page, the terminal and the picture alike.
import { formatBytes } from '../core/units.js';
import { formatRatio, formatSpan, significant } from '../flame/draw/page/figures.js';
import type { Leak, LeakFile } from './report-types.js';

const KINDS: Readonly<Record<Leak['kind'], string>> = { heap: 'Heap', external: 'External memory', native: 'Native memory', handles: 'Handles' };

/** `Heap`, `Handles: descriptors`. */
export const leakKind = ({ kind, name }: Leak): string => `${KINDS[kind] ?? kind}${name === undefined ? '' : `: ${name}`}`;

/** `41.0 MiB/h`; of handles their number. */
export const leakAmount = (leak: Leak): string => `${amountOf(leak)}/h`;

/** `41.0 MiB an hour, 52 %`. */
export const leakRate = (leak: Leak): string => `${amountOf(leak)} an hour, ${formatRatio(leak.growthRatioPerHour)}`;

const amountOf = ({ kind, growthBytesPerHour }: Leak): string =>
  kind === 'handles' ? significant(growthBytesPerHour) : formatBytes(growthBytesPerHour);

/** `memory limit in 1 h 30 min`; empty where no limit is known, or nothing grows towards it. */
export function timeToLimit({ msToLimit, limit }: Leak): string {
  if (msToLimit === null || limit === null) return '';
  return msToLimit > 0 ? `${limit} limit in ${formatSpan(msToLimit)}` : `${limit} limit reached`;
}

/** What is said of a class that does not leak: `Heap: no leak. grows 3 % an hour, less than 10 %`. */
export const noLeak = (leak: Leak): string => `${leakKind(leak)}: no leak.${leak.whyNot === '' ? '' : ` ${leak.whyNot}`}`;

/** The message without the sentence that names the culprit, where that stands by itself. */
export function messageAlone({ message, culprit }: Leak): string {
  const sentence = culprit?.sentence ?? '';
  return sentence !== '' && message.endsWith(`: ${sentence}`) ? message.slice(0, -sentence.length - 2) : message;
}

/** `heap/Heap….heapsnapshot (48.7 MiB, …)`, or why there is no file. */
export const fileWords = ({ path, note }: LeakFile): string => (path === '' ? note : note === '' ? path : `${path} (${note})`);

/** How exact the function is that allocates; empty where none is named. */
export const allocationNote = ({ suspects }: Pick<Leak, 'suspects'>): string =>
  suspects.some(({ allocation }) => allocation !== null)
    ? 'by heap sampler and CPU profile; of a function that V8 has inlined its caller may be told'
    : '';

/** `1 leak`, `2 leaks, 1 suspected`; empty where nothing leaks. */
export function leaksInWords(leaks: readonly Leak[]): string {
  const count = (verdict: Leak['verdict']): number => leaks.filter((leak) => leak.verdict === verdict).length;
  const found = count('leak');
  const suspected = count('suspected');
  return [
    found > 0 ? `${found} ${found === 1 ? 'leak' : 'leaks'}` : '',
    suspected > 0 ? (found > 0 ? `${suspected} suspected` : `${suspected} suspected ${suspected === 1 ? 'leak' : 'leaks'}`) : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}
