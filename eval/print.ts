// Outcomes and scores as tables for people, or as one document for scripts.
import type { Machine } from '../bench/machine.js';
import { formatBytes } from '../src/core/units.js';
import { type Column, cut, printable, textTable } from '../src/report/text-table.js';
import type { Outcome } from './outcome.js';
import type { Score } from './score.js';

const WIDTH = 160;
const REMARK_CHARACTERS_MAX = 300;

/** The document of `--json`. */
export interface EvaluationDocument {
  schema: 'pitot.eval-leaks/1';
  machine: Machine;
  /** How many times as fast as real time the programs ran. */
  scale: number;
  scores: Score[];
  outcomes: Outcome[];
}

export function textOf({ machine, scale, scores, outcomes }: EvaluationDocument): string {
  const lines = [
    `${machine.cpu}, ${machine.cores} cores, ${machine.platform} ${machine.arch}, ${machine.date}; an hour in ${Math.round(3600 / scale)} s`,
    ...(machine.warning === '' ? [] : [`WARNING: ${machine.warning}`]),
  ];
  for (const score of scores) lines.push('', `Node.js ${score.node}`, '', ...outcomeTable(outcomes.filter(({ node }) => node === score.node)));
  return `${[...lines, '', ...scoreTable(scores)].join('\n')}\n`;
}

/** NaN is no JSON, and neither is a pattern's regular expression. */
export function jsonOf(document: EvaluationDocument): string {
  return `${JSON.stringify(document, (_key, value) => (value instanceof RegExp ? value.source : value), 2)}\n`;
}

const left = (title: string): Column => ({ title, align: 'left' });
const right = (title: string): Column => ({ title, align: 'right' });

function outcomeTable(outcomes: readonly Outcome[]): string[] {
  const columns = [left('program'), left('no.'), left('expected'), left('verdict'), left(''), left('said of'), right('after'), right('an hour')];
  columns.push(right('left'), left('named by'), left('culprit'), left('of three'), left('allocated'));
  const rows = outcomes.map((outcome) => [
    outcome.pattern.id,
    outcome.pattern.number,
    outcome.pattern.expected === 'notice' ? 'none (notice)' : outcome.pattern.expected,
    outcome.failure === '' ? outcome.verdict : 'FAILED',
    outcome.failure === '' ? outcome.judgement : '',
    outcome.kinds.join(' '),
    outcome.minutesToLeak === null ? '' : `${Math.round(outcome.minutesToLeak)} min`,
    outcome.minutesToLeak === null ? '' : growthWords(outcome),
    outcome.msToLimit === null ? '' : `${(outcome.msToLimit / 3_600_000).toFixed(1)} h`,
    outcome.culpritFirst === null ? '' : outcome.namedBy,
    yesNo(outcome.culpritFirst),
    yesNo(outcome.culpritAmongThree),
    yesNo(outcome.allocationRight),
  ]);
  const table = textTable(columns, rows, WIDTH);
  const remarks = outcomes.flatMap((outcome) =>
    remarkOf(outcome).map((text) => `  ${outcome.pattern.id}: ${cut(printable(text), REMARK_CHARACTERS_MAX)}`),
  );
  return remarks.length === 0 ? table : [...table, '', ...remarks];
}

/** Of handles it is a count. */
const growthWords = ({ growthKind, growthBytesPerHour }: Outcome): string =>
  growthKind === 'handles' ? String(Math.round(growthBytesPerHour)) : formatBytes(growthBytesPerHour);

/** What a person asks who sees the row: what was named instead, why nothing was said, why it failed. */
function remarkOf({ failure, judgement, culpritFirst, suspects, whyNot, noSnapshot }: Outcome): string[] {
  if (failure !== '') return [failure];
  if (judgement === 'missed') return [`missed: ${whyNot === '' ? 'nothing was said' : whyNot}`];
  if (judgement === 'false') return [`false: ${suspects[0] ?? 'nothing named'}`];
  return [
    ...(noSnapshot === '' ? [] : [`no snapshot: ${noSnapshot}`]),
    ...(culpritFirst === false ? [`named instead: ${suspects[0] ?? 'nothing'}`] : []),
  ];
}

function scoreTable(scores: readonly Score[]): string[] {
  const columns = [left('Node.js'), right('recall'), right('precision'), right('false criticals'), right('culprit first'), right('of three')];
  columns.push(right('by function'), right('no snapshot'), right('allocated'), right('median'), right('not run'));
  const rows = scores.map((score) => [
    score.node,
    `${share(score.recall)} (${score.found}/${score.leaks})`,
    share(score.precision),
    `${score.falseCriticals} of ${score.harmless}`,
    ofAll(score.culpritFirst, score.leaks),
    ofAll(score.culpritAmongThree, score.leaks),
    String(score.byFunctions),
    String(score.withoutSnapshot),
    share(score.allocationRight),
    Number.isNaN(score.minutesToLeak) ? '–' : `${Math.round(score.minutesToLeak)} min`,
    String(score.failed),
  ]);
  return [...textTable(columns, rows, WIDTH), '', ...NOTES];
}

const NOTES = [
  '  culprit first, of three: of all leaks, seen or not; by function: those of the first for which the allocating function alone is named, as there is no snapshot',
  '  no snapshot: leaks that were seen and of which none was looked into; why is under the table of the line',
];
const ofAll = (ratio: number, all: number): string => (all === 0 ? '–' : `${share(ratio)} (${Math.round(ratio * all)}/${all})`);
const share = (value: number): string => (Number.isNaN(value) ? '–' : value.toFixed(2));
const yesNo = (value: boolean | null): string => (value === null ? '' : value ? 'yes' : 'NO');
