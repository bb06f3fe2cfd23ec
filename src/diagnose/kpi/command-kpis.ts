// KPIs of commands: how many succeed, and how long they take. Simple or complex is declared; a command that declares neither is simple.
import type { Kpi } from '../../core/alert-types.js';
import { COMMANDS } from '../../core/instrument-names.js';
import { counted, series } from '../figure-words.js';
import type { Figures, PathFigures } from '../figures.js';
import {
  COMMAND_ERROR_RATE,
  COMMAND_SUCCESS_RATE,
  COMPLEX_COMMAND_P50,
  COMPLEX_COMMAND_P95,
  FAILURES_MIN,
  type KpiTarget,
  P50_CALLS_MIN,
  P95_CALLS_MIN,
  SIMPLE_COMMAND_P50,
  SIMPLE_COMMAND_P95,
} from '../kpi-targets.js';
import { callsOf, errorsOf, pathsOf } from '../read-figures.js';
import { judged, noData, worst } from './judge.js';

export function commandKpis(figures: Figures): Kpi[] {
  const commands = pathsOf(figures, COMMANDS);
  const complex = commands.filter((command) => command.labels.complexity === 'complex');
  const simple = commands.filter((command) => command.labels.complexity !== 'complex');
  return [
    ...rates(commands),
    slowest(SIMPLE_COMMAND_P50, simple, 'p50Ms', P50_CALLS_MIN),
    slowest(COMPLEX_COMMAND_P50, complex, 'p50Ms', P50_CALLS_MIN),
    slowest(SIMPLE_COMMAND_P95, simple, 'p95Ms', P95_CALLS_MIN),
    slowest(COMPLEX_COMMAND_P95, complex, 'p95Ms', P95_CALLS_MIN),
  ];
}

function rates(commands: readonly PathFigures[]): Kpi[] {
  const calls = callsOf(commands);
  if (calls === 0) return [COMMAND_SUCCESS_RATE, COMMAND_ERROR_RATE].map((it) => noData(it, 'no command ended'));
  const failed = errorsOf(commands);
  const more = failed === 0 ? {} : { note: `${counted(failed, 'command')} of ${counted(calls, 'command')} failed`.replace(/ commands? of/, ' of') };
  const few = failed < FAILURES_MIN ? { atWorst: 'warn' as const } : {};
  return [
    judged(COMMAND_SUCCESS_RATE, ((calls - failed) / calls) * 100, { ...more, ...few }),
    judged(COMMAND_ERROR_RATE, (failed / calls) * 100, { ...more, ...few }),
  ];
}

/** Percentiles of several commands are not those of all their calls together, so the worst one stands for them. */
function slowest(it: KpiTarget, commands: readonly PathFigures[], stat: 'p50Ms' | 'p95Ms', callsMin: number): Kpi {
  const each = commands
    .filter((command) => Number.isFinite(command[stat]))
    .map((command) => {
      const of = series('command', command.labels, ['complexity']);
      if (command.count >= callsMin) return judged(it, command[stat], { of });
      return judged(it, command[stat], { of, note: `of ${counted(command.count, 'call')} only`, atWorst: 'warn' });
    });
  return worst(each) ?? noData(it, `no ${it === SIMPLE_COMMAND_P50 || it === SIMPLE_COMMAND_P95 ? 'simple' : 'complex'} command ended`);
}
