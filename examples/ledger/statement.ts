// The statement of an account, folded from its full history. Slow on purpose: this is what the demo's report should lead you to.
import { distribution, path } from 'pitot';
import { balanceChangeCents } from './domain.js';
import type { EventStore, StoredEvent } from './event-store.js';

export interface StatementLine {
  readonly version: number;
  readonly at: string;
  readonly type: string;
  readonly changeCents: number;
  readonly balanceCents: number;
}

export interface Statement {
  readonly accountId: string;
  readonly balanceCents: number;
  readonly inCents: number;
  readonly outCents: number;
  /** Events in the account's whole history. */
  readonly events: number;
  /** The newest lines, newest last. */
  readonly lines: readonly StatementLine[];
}

const readPath = path('ledger.statement.read');
const foldPath = path('ledger.statement.fold');
const historyEvents = distribution('ledger.statement.history', { unit: 'events' });

/** The newest `linesMax` lines of an account's statement; null when the account was never opened. */
export async function readStatement(store: EventStore, accountId: string, linesMax: number): Promise<Statement | null> {
  const history = await readPath.time(() => store.readStreams([{ streamId: accountId, afterVersion: 0 }]));
  if (history.length === 0) return null;
  historyEvents.record(history.length);
  return foldPath.time(() => foldStatement(accountId, history, linesMax));
}

/**
 * Folds every event ever stored to show the newest few. Each step copies all lines before it, so the work grows with the square of the history:
 * the mistake that passes every test on ten events. Keep it; README.md tells what to look for and how it would be mended.
 */
export function foldStatement(accountId: string, history: readonly StoredEvent[], linesMax: number): Statement {
  const lines = history.reduce<readonly StatementLine[]>((before, { version, recordedAt, event }) => {
    const changeCents = balanceChangeCents(event);
    const balanceCents = (before.at(-1)?.balanceCents ?? 0) + changeCents;
    // biome-ignore lint/performance/noAccumulatingSpread: the planted slowness of the demo
    return [...before, { version, at: recordedAt.toISOString(), type: event.type, changeCents, balanceCents }];
  }, []);
  return {
    accountId,
    balanceCents: lines.at(-1)?.balanceCents ?? 0,
    inCents: sumCents(lines, 1),
    outCents: sumCents(lines, -1),
    events: lines.length,
    lines: lines.slice(-linesMax),
  };
}

/** Sum of the changes with this sign, as a positive number. */
function sumCents(lines: readonly StatementLine[], sign: 1 | -1): number {
  return lines.reduce((sum, { changeCents }) => (changeCents * sign > 0 ? sum + changeCents * sign : sum), 0);
}
