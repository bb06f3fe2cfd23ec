// Executes commands: load the accounts, decide, append with the versions that were read, and try again when somebody was faster.
import { counter, path } from 'pitot';
import { MetricsRegistry } from 'pitot/monitoring';
import { type Account, accountsOf, type Command, decide, evolve, type LedgerEvent, type Rejection } from './domain.js';
import type { EventStore, StreamAppend } from './event-store.js';

/** Tries of one command before it is answered as a conflict: enough for a handful of clients on one account, short enough to answer. */
export const ATTEMPTS_MAX = 6;
/** Accounts whose newest state is kept, so that a command reads only events it has not seen: about 200 bytes each. */
const CACHED_ACCOUNTS_MAX = 10_000;

/** The state of one account after a command. */
export interface AccountState {
  readonly accountId: string;
  readonly version: number;
  readonly account: Account;
}

export type Outcome =
  | { readonly kind: 'done'; readonly accounts: readonly AccountState[]; readonly position: number }
  | { readonly kind: 'rejected'; readonly reason: Rejection; readonly message: string }
  | { readonly kind: 'conflict'; readonly attempts: number };

interface Loaded {
  readonly version: number;
  readonly account: Account | null;
}

const NEVER_OPENED: Loaded = { version: 0, account: null };

const { commands } = new MetricsRegistry();
const commandTypes = {
  OpenAccount: commands.type('OpenAccount'),
  Deposit: commands.type('Deposit'),
  Withdraw: commands.type('Withdraw'),
  // Two accounts are read and written together.
  Transfer: commands.type('Transfer', { complexity: 'complex' }),
};
const decidePath = path('ledger.decide');
const retries = counter('ledger.retries');
const conflicts = counter('ledger.conflicts');

export class Ledger {
  private readonly store: EventStore;
  private readonly now: () => Date;
  private readonly beforeCommand: () => void;
  /** Oldest use first. Only a cache: versions decide, so a stale entry costs a retry and never a wrong event. */
  private readonly cache = new Map<string, Loaded>();

  /** beforeCommand: what it throws fails the command, as a fault that is injected does. */
  constructor(store: EventStore, now: () => Date, beforeCommand: () => void = () => {}) {
    this.store = store;
    this.now = now;
    this.beforeCommand = beforeCommand;
  }

  /** Timed with its retries, as the caller feels it. Refusals by the rules, and conflicts, are answers: only what is thrown is a failed command. */
  execute(command: Command): Promise<Outcome> {
    return commandTypes[command.type].run(() => this.attempt(command));
  }

  /** The newest state of an account from its events; null when it was never opened. */
  async load(accountId: string): Promise<AccountState | null> {
    const { version, account } = (await this.loadAll([accountId])).get(accountId)!;
    return account === null ? null : { accountId, version, account };
  }

  private async attempt(command: Command): Promise<Outcome> {
    this.beforeCommand();
    const type = commandTypes[command.type];
    for (let attempts = 1; ; attempts++) {
      const loaded = await this.loadAll(accountsOf(command));
      type.recordStreams(loaded.size);
      const decision = decidePath.time(() => decide(command, (accountId) => loaded.get(accountId)!.account));
      if (decision.kind === 'rejected') return decision;
      const streams: StreamAppend[] = [...loaded].map(([streamId, { version }]) => ({
        streamId,
        expectedVersion: version,
        events: decision.events.filter(({ accountId }) => accountId === streamId).map(({ event }) => event),
      }));
      const appended = await this.store.append(streams, this.now());
      if (appended.kind === 'appended') {
        type.recordEvents(decision.events.length);
        return { kind: 'done', accounts: this.advance(streams, loaded), position: appended.position };
      }
      if (attempts === ATTEMPTS_MAX) {
        conflicts.add();
        return { kind: 'conflict', attempts };
      }
      retries.add();
    }
  }

  private async loadAll(accountIds: readonly string[]): Promise<Map<string, Loaded>> {
    const loaded = new Map(accountIds.map((accountId) => [accountId, this.cache.get(accountId) ?? NEVER_OPENED]));
    const events = await this.store.readStreams([...loaded].map(([streamId, { version }]) => ({ streamId, afterVersion: version })));
    for (const { streamId, version, event } of events) loaded.set(streamId, { version, account: evolve(loaded.get(streamId)!.account, event) });
    for (const [accountId, state] of loaded) this.remember(accountId, state);
    return loaded;
  }

  private advance(streams: readonly StreamAppend[], loaded: ReadonlyMap<string, Loaded>): AccountState[] {
    return streams.map(({ streamId, expectedVersion, events }) => {
      const account = events.reduce<Account | null>(evolveOne, loaded.get(streamId)!.account)!;
      const version = expectedVersion + events.length;
      this.remember(streamId, { version, account });
      return { accountId: streamId, version, account };
    });
  }

  /** An overlapping command may finish late with an older state: the newest version stays. */
  private remember(accountId: string, state: Loaded): void {
    if (state.version === 0) return;
    const known = this.cache.get(accountId);
    this.cache.delete(accountId);
    this.cache.set(accountId, known !== undefined && known.version > state.version ? known : state);
    if (this.cache.size > CACHED_ACCOUNTS_MAX) this.cache.delete(this.cache.keys().next().value!);
  }
}

function evolveOne(account: Account | null, event: LedgerEvent): Account {
  return evolve(account, event);
}
