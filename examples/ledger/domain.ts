// The rules of the ledger: pure functions from commands to events and from events to accounts. No clock, no chance, no I/O.

/** Largest amount of one command: 10 million in major units. */
export const AMOUNT_CENTS_MAX = 1_000_000_000;
/** Largest balance: far below 2^53, so that sums of cents stay exact in a JavaScript number. */
export const BALANCE_CENTS_MAX = 1_000_000_000_000;

/** What someone wants. Ids are made by the caller, so that deciding twice gives the same events. */
export type Command =
  | { type: 'OpenAccount'; accountId: string; owner: string }
  | { type: 'Deposit'; accountId: string; amountCents: number }
  | { type: 'Withdraw'; accountId: string; amountCents: number }
  | { type: 'Transfer'; transferId: string; fromAccountId: string; toAccountId: string; amountCents: number };

/** What has happened to one account. Never changed once stored. */
export type LedgerEvent =
  | { type: 'AccountOpened'; owner: string }
  | { type: 'MoneyDeposited'; amountCents: number }
  | { type: 'MoneyWithdrawn'; amountCents: number }
  | { type: 'TransferSent'; transferId: string; toAccountId: string; amountCents: number }
  | { type: 'TransferReceived'; transferId: string; fromAccountId: string; amountCents: number };

/** An account as its events made it. */
export interface Account {
  readonly owner: string;
  readonly balanceCents: number;
}

/** Why a command was refused. */
export type Rejection = 'account-exists' | 'unknown-account' | 'same-account' | 'invalid-amount' | 'insufficient-funds' | 'balance-limit';

/** An event and the account it happens to. */
export interface AccountEvent {
  readonly accountId: string;
  readonly event: LedgerEvent;
}

export type Decision =
  | { readonly kind: 'accepted'; readonly events: readonly AccountEvent[] }
  | { readonly kind: 'rejected'; readonly reason: Rejection; readonly message: string };

/** The accounts that a command reads and writes: these streams are loaded before, and appended to together. */
export function accountsOf(command: Command): readonly string[] {
  return command.type === 'Transfer' ? [command.fromAccountId, command.toAccountId] : [command.accountId];
}

/** Decides a command on the present state of its accounts; null stands for an account that was never opened. */
export function decide(command: Command, accountOf: (accountId: string) => Account | null): Decision {
  if (command.type === 'OpenAccount') {
    if (accountOf(command.accountId) !== null) return rejected('account-exists', `account ${command.accountId} is open already`);
    return accepted([{ accountId: command.accountId, event: { type: 'AccountOpened', owner: command.owner } }]);
  }
  const { amountCents } = command;
  if (!Number.isSafeInteger(amountCents) || amountCents < 1 || amountCents > AMOUNT_CENTS_MAX)
    return rejected('invalid-amount', `amount must be a whole number of cents from 1 to ${AMOUNT_CENTS_MAX}`);
  const missing = accountsOf(command).find((accountId) => accountOf(accountId) === null);
  if (missing !== undefined) return rejected('unknown-account', `account ${missing} was never opened`);
  switch (command.type) {
    case 'Deposit':
      return (
        overflow(command.accountId, accountOf, amountCents) ??
        accepted([{ accountId: command.accountId, event: { type: 'MoneyDeposited', amountCents } }])
      );
    case 'Withdraw':
      return (
        shortfall(command.accountId, accountOf, amountCents) ??
        accepted([{ accountId: command.accountId, event: { type: 'MoneyWithdrawn', amountCents } }])
      );
    case 'Transfer': {
      const { transferId, fromAccountId, toAccountId } = command;
      if (fromAccountId === toAccountId) return rejected('same-account', 'a transfer needs two different accounts');
      return (
        shortfall(fromAccountId, accountOf, amountCents) ??
        overflow(toAccountId, accountOf, amountCents) ??
        accepted([
          { accountId: fromAccountId, event: { type: 'TransferSent', transferId, toAccountId, amountCents } },
          { accountId: toAccountId, event: { type: 'TransferReceived', transferId, fromAccountId, amountCents } },
        ])
      );
    }
  }
}

/** The account after an event. */
export function evolve(account: Account | null, event: LedgerEvent): Account {
  if (event.type === 'AccountOpened') return { owner: event.owner, balanceCents: 0 };
  if (account === null) throw new Error(`${event.type} on an account that was never opened: the stream is damaged`);
  return { owner: account.owner, balanceCents: account.balanceCents + balanceChangeCents(event) };
}

/** What an event adds to the balance of its account. */
export function balanceChangeCents(event: LedgerEvent): number {
  switch (event.type) {
    case 'AccountOpened':
      return 0;
    case 'MoneyDeposited':
    case 'TransferReceived':
      return event.amountCents;
    case 'MoneyWithdrawn':
    case 'TransferSent':
      return -event.amountCents;
  }
}

function accepted(events: readonly AccountEvent[]): Decision {
  return { kind: 'accepted', events };
}

function rejected(reason: Rejection, message: string): Decision {
  return { kind: 'rejected', reason, message };
}

function shortfall(accountId: string, accountOf: (accountId: string) => Account | null, amountCents: number): Decision | null {
  const balanceCents = accountOf(accountId)!.balanceCents;
  return balanceCents >= amountCents ? null : rejected('insufficient-funds', `balance is ${balanceCents} cents, ${amountCents} are needed`);
}

function overflow(accountId: string, accountOf: (accountId: string) => Account | null, amountCents: number): Decision | null {
  const afterCents = accountOf(accountId)!.balanceCents + amountCents;
  return afterCents <= BALANCE_CENTS_MAX ? null : rejected('balance-limit', `a balance may not exceed ${BALANCE_CENTS_MAX} cents`);
}
