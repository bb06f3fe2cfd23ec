// What a rule says at the moment, and why it does not fire: one sentence with figures.
import type { RuleStatus } from '../../core/alert-types.js';
import type { AlertState, Breach } from './alert-state.js';
import type { Verdict } from './combine.js';
import type { CompiledRule } from './compile-rule.js';
import type { Judgement } from './conditions/judge.js';
import { durationWords } from './durations.js';
import { metricName } from './metric-words.js';
import type { Condition, Metric } from './rule.js';

/** The conditions of a verdict that says yes. */
const telling = ({ judgements }: Verdict): Judgement[] => judgements.filter(({ answer, inVain }) => answer === 'yes' && !inVain);

/** What of a verdict that says yes is beyond its limits; nothing where it lingers between the limit and the value that ends it. */
export function breachesOf(verdict: Verdict): Breach[] {
  return telling(verdict)
    .filter(({ lingers }) => !lingers)
    .map((judgement) => ({ bit: judgement.judge.bit, name: judgement.judge.names(judgement), was: judgement.judge.was(judgement) }));
}

/** What is beyond its limit, with it: `p95 of commands {command=Transfer} is 95 ms, above 2 x 38 ms (median of 34 windows)`. */
export function breachWords(verdict: Verdict): string {
  return telling(verdict)
    .filter(({ lingers }) => !lingers)
    .map((judgement) => judgement.judge.says(judgement) + (judgement.judge.bare ? '' : `, ${judgement.judge.fires(judgement)}`))
    .join('; ');
}

/** What was beyond its limit and is not any more: `error rate of commands is 0 %; was 72 %, above 10 %`. now: undefined where the series is not there. */
export function overWords(breaches: readonly Breach[], now: Verdict | undefined): string {
  return breaches
    .map(({ bit, name, was }) => {
      const judgement = judgementWith(now, bit);
      return `${judgement === undefined || isWithoutData(judgement.answer) ? `${name}: no data` : judgement.judge.says(judgement)}; ${was}`;
    })
    .join('; ');
}

export const isWithoutData = (answer: Verdict['answer']): boolean => answer === 'no-data' || answer === 'few';

/** Of the condition with this bit. */
export const judgementWith = (verdict: Verdict | undefined, bit: number): Judgement | undefined =>
  verdict?.judgements.find(({ judge }) => judge.bit === bit);

/** refused: series beyond the bounds. */
export function statusOf(
  compiled: CompiledRule,
  states: ReadonlyMap<string, AlertState>,
  verdicts: readonly Verdict[],
  refused: number,
  timeScale: number,
): RuleStatus {
  const { rule } = compiled;
  const { state, why } = sentence(compiled, states, verdicts, timeScale);
  const more = refused > 0 ? `; ${refused} more series are not judged, as they are more than the bounds allow` : '';
  return { rule: rule.name, severity: rule.severity, state, why: `${why}${more}` };
}

function sentence(
  { rule, times: { forMs } }: CompiledRule,
  states: ReadonlyMap<string, AlertState>,
  verdicts: readonly Verdict[],
  timeScale: number,
): Pick<RuleStatus, 'state' | 'why'> {
  const own = [...states.values()];
  const firing = own.filter(({ phase }) => phase === 'firing');
  if (firing.length > 0) {
    const first = firing[0];
    const now = verdicts.find(({ key }) => key === first.key);
    const silent = now === undefined || isWithoutData(now.answer) || now.answer === 'learning';
    const over = now?.answer === 'no' ? `; over since ${time(first.clearSinceMs)}, ends after ${durationWords(rule.keepFiringForMs)} of that` : '';
    const others = firing.length > 1 ? `; ${firing.length - 1} more series` : '';
    return { state: 'firing', why: `firing since ${time(first.firedAtMs)}: ${first.alert.message}${silent ? '; no data now' : over}${others}` };
  }
  if (own.length > 0) {
    const first = own.reduce((a, b) => (b.sinceMs < a.sinceMs ? b : a));
    const held = durationWords(first.heldMs * timeScale);
    const now = verdicts.find(({ key }) => key === first.key);
    const few = now?.answer === 'few' ? mostCalls([now]) : undefined;
    const waits =
      few === undefined ? '' : `; waits for calls: ${few.count} of ${few.needed} ${few.lookbackMs === undefined ? 'in this window' : 'so far'}`;
    return { state: 'pending', why: `${first.alert.message}, for ${held} of ${durationWords(rule.forMs)}${waits}` };
  }
  const hold = forMs > 0 ? ` held for ${durationWords(rule.forMs)}` : '';
  const nearest = pick(verdicts, 'no');
  if (nearest !== undefined) {
    return { state: 'inactive', why: `${nearest.judge.says(nearest)}, fires ${nearest.judge.fires(nearest)}${hold}` };
  }
  const learning = pick(verdicts, 'learning');
  if (learning?.detail?.kind === 'learning') {
    const { coveredMs, neededMs } = learning.detail;
    return {
      state: 'learning',
      why: `learning: ${durationWords(coveredMs)} of history, ${durationWords(neededMs)} are needed; ${learning.judge.says(learning)}`,
    };
  }
  return { state: 'no-data', why: noDataWords(rule.condition, verdicts, timeScale) };
}

/** The judgement nearest to its limit, of series with this answer. */
function pick(verdicts: readonly Verdict[], answer: Verdict['answer']): Judgement | undefined {
  let nearest: Judgement | undefined;
  for (const verdict of verdicts) {
    if (verdict.answer !== answer) continue;
    const [first] = verdict.judgements;
    if (nearest === undefined || first.nearness > nearest.nearness) nearest = first;
  }
  return nearest;
}

function noDataWords(condition: Condition, verdicts: readonly Verdict[], timeScale: number): string {
  const most = mostCalls(verdicts);
  if (most !== undefined && most.count > 0) {
    const { count, needed, name, lookbackMs } = most;
    if (lookbackMs === undefined) return `no data: ${count} calls for ${name} in this window, ${needed} are needed`;
    return `no data: ${count} of ${needed} calls so far for ${name}; they are added up over ${durationWords(lookbackMs * timeScale)} at most`;
  }
  const names = [...new Set(metricsOf(condition))];
  if (names.length === 0) return 'no data: no health check is registered';
  return `no data: nothing was counted on ${names.join(', ')} in this window`;
}

/** Of what has too few calls that with the most. */
function mostCalls(verdicts: readonly Verdict[]): { count: number; needed: number; name: string; lookbackMs?: number } | undefined {
  let most: ReturnType<typeof mostCalls>;
  for (const { judgements } of verdicts) {
    for (const judgement of judgements) {
      const { detail, judge } = judgement;
      if (detail?.kind !== 'few' || detail.count < (most?.count ?? 0) || detail.count >= detail.needed) continue;
      const { count, needed, lookbackMs } = detail;
      most = { count, needed, name: judge.names(judgement), lookbackMs };
    }
  }
  return most;
}

function metricsOf(condition: Condition): string[] {
  if (condition.kind === 'any' || condition.kind === 'all') return condition.of.flatMap(metricsOf);
  const metrics: Metric[] = [];
  if ('metric' in condition) metrics.push(condition.metric);
  if ('to' in condition) metrics.push(condition.to);
  return metrics.map(metricName);
}

const time = (ms: number): string => new Date(ms).toISOString();
