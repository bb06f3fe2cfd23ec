// What leaks or may leak as text for people, and why the rest does not.
import { leaksInOrder } from './finding-order.js';
import { allocationNote, fileWords, leakKind, messageAlone, noLeak } from './leak-words.js';
import type { RunLeak, RunSummary } from './report-types.js';
import { printable, wrapped } from './text-table.js';

/** Leaks and suspicions that are listed. */
const LEAKS_SHOWN = 10;
const INDENT = '    ';

/** A verdict a line; of what leaks or may, the culprit, who else it may be, the evidence, why it is no alarm, and the files. */
export function leakLines({ leaks, processes }: Pick<RunSummary, 'leaks' | 'processes'>, width: number): string[] {
  const inOrder = leaksInOrder(leaks);
  const found = inOrder.filter(({ verdict }) => verdict !== 'none');
  const more = found.length - LEAKS_SHOWN;
  return [
    ...found.slice(0, LEAKS_SHOWN).flatMap((leak) => fullText(leak, processes, width)),
    ...(more > 0 ? [`  … and ${more} more`] : []),
    ...inOrder.filter(({ verdict }) => verdict === 'none').flatMap((leak) => wrapped(noLeak(leak), width, '  ')),
  ];
}

function fullText(leak: RunLeak, processes: RunSummary['processes'], width: number): string[] {
  const { verdict, process, culprit, suspects, evidence, whyNot, files } = leak;
  const of = process === undefined ? '' : `, pid ${processes[process]?.pid}`;
  const others = suspects.filter(({ sentence }) => sentence !== culprit?.sentence);
  const allocation = allocationNote(leak);
  const list = (title: string, items: readonly string[]): string[] =>
    items.length === 0 ? [] : [`${INDENT}${title}`, ...items.flatMap((item) => wrapped(item, width, `${INDENT}  `))];
  return [
    ...wrapped(`${verdict} ${leakKind(leak)}${of}: ${messageAlone(leak)}`, width, '  '),
    ...(culprit === null ? [] : wrapped(culprit.sentence, width, INDENT)),
    ...(allocation === '' ? [] : wrapped(`allocated in: ${allocation}`, width, INDENT)),
    ...list(
      'else it may be',
      others.map(({ sentence }) => sentence),
    ),
    ...list('why it is no alarm (yet)', whyNot === '' ? [] : [whyNot]),
    ...list('evidence', evidence),
    ...list('files', files.map(fileWords).map(printable)),
  ];
}
