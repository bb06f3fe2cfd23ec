// The ledger's rules: single decisions by value, and properties of random command sequences.
import test from 'ava';
import fc from 'fast-check';
import {
  type Account,
  AMOUNT_CENTS_MAX,
  accountsOf,
  BALANCE_CENTS_MAX,
  balanceChangeCents,
  type Command,
  type Decision,
  decide,
  evolve,
  type LedgerEvent,
} from '../../examples/ledger/domain.js';

const accounts =
  (known: Readonly<Record<string, Account>>) =>
  (accountId: string): Account | null =>
    known[accountId] ?? null;
const ann: Account = { owner: 'Ann', balanceCents: 500 };
const bob: Account = { owner: 'Bob', balanceCents: 20 };
const reasonOf = (decision: Decision): string => (decision.kind === 'rejected' ? decision.reason : 'accepted');

test('should open an account when the id is new', (t) => {
  t.deepEqual(decide({ type: 'OpenAccount', accountId: 'a', owner: 'Ann' }, accounts({})), {
    kind: 'accepted',
    events: [{ accountId: 'a', event: { type: 'AccountOpened', owner: 'Ann' } }],
  });
  t.is(reasonOf(decide({ type: 'OpenAccount', accountId: 'a', owner: 'Ann' }, accounts({ a: ann }))), 'account-exists');
});

test('should write one event to each account when a transfer is covered', (t) => {
  t.deepEqual(decide({ type: 'Transfer', transferId: 't1', fromAccountId: 'a', toAccountId: 'b', amountCents: 500 }, accounts({ a: ann, b: bob })), {
    kind: 'accepted',
    events: [
      { accountId: 'a', event: { type: 'TransferSent', transferId: 't1', toAccountId: 'b', amountCents: 500 } },
      { accountId: 'b', event: { type: 'TransferReceived', transferId: 't1', fromAccountId: 'a', amountCents: 500 } },
    ],
  });
});

test('should accept the last cent and refuse one more when money is withdrawn or sent', (t) => {
  const known = accounts({ a: ann, b: bob });
  t.deepEqual(decide({ type: 'Withdraw', accountId: 'a', amountCents: 500 }, known), {
    kind: 'accepted',
    events: [{ accountId: 'a', event: { type: 'MoneyWithdrawn', amountCents: 500 } }],
  });
  t.is(reasonOf(decide({ type: 'Withdraw', accountId: 'a', amountCents: 501 }, known)), 'insufficient-funds');
  t.is(reasonOf(decide({ type: 'Transfer', transferId: 't', fromAccountId: 'b', toAccountId: 'a', amountCents: 21 }, known)), 'insufficient-funds');
});

test('should refuse by reason when account, amount or balance is wrong', (t) => {
  const known = accounts({ a: ann, rich: { owner: 'Rich', balanceCents: BALANCE_CENTS_MAX - 1 } });
  const deposit = (accountId: string, amountCents: number): string => reasonOf(decide({ type: 'Deposit', accountId, amountCents }, known));
  t.is(deposit('nobody', 1), 'unknown-account');
  for (const amountCents of [0, -1, 0.5, Number.NaN, AMOUNT_CENTS_MAX + 1]) t.is(deposit('a', amountCents), 'invalid-amount');
  t.is(deposit('a', AMOUNT_CENTS_MAX), 'accepted');
  t.is(deposit('rich', 1), 'accepted');
  t.is(deposit('rich', 2), 'balance-limit');
  t.is(reasonOf(decide({ type: 'Transfer', transferId: 't', fromAccountId: 'a', toAccountId: 'rich', amountCents: 2 }, known)), 'balance-limit');
  t.is(reasonOf(decide({ type: 'Transfer', transferId: 't', fromAccountId: 'a', toAccountId: 'a', amountCents: 2 }, known)), 'same-account');
  t.is(reasonOf(decide({ type: 'Transfer', transferId: 't', fromAccountId: 'a', toAccountId: 'x', amountCents: 2 }, known)), 'unknown-account');
});

test('should say that the stream is damaged when money moves on an account that was never opened', (t) => {
  t.throws(() => evolve(null, { type: 'MoneyDeposited', amountCents: 1 }), { message: /MoneyDeposited on an account that was never opened/ });
});

const accountIds = fc.constantFrom('a', 'b', 'c');
const amounts = fc.integer({ min: -5, max: 1000 });
const commands: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ type: fc.constant('OpenAccount' as const), accountId: accountIds, owner: fc.string() }),
  fc.record({ type: fc.constant('Deposit' as const), accountId: accountIds, amountCents: amounts }),
  fc.record({ type: fc.constant('Withdraw' as const), accountId: accountIds, amountCents: amounts }),
  fc.record({
    type: fc.constant('Transfer' as const),
    transferId: fc.uuid(),
    fromAccountId: accountIds,
    toAccountId: accountIds,
    amountCents: amounts,
  }),
);

test('should conserve money, never overdraw, and replay to the live state when commands are random', (t) => {
  let acceptedTransfers = 0;
  fc.assert(
    fc.property(fc.array(commands, { maxLength: 60, size: 'max' }), (sequence) => {
      const live = new Map<string, Account>();
      const streams = new Map<string, LedgerEvent[]>();
      let paidInCents = 0;
      for (const command of sequence) {
        const decision = decide(command, (accountId) => live.get(accountId) ?? null);
        if (decision.kind === 'rejected') continue;
        for (const { accountId, event } of decision.events) {
          if (!accountsOf(command).includes(accountId)) return false;
          live.set(accountId, evolve(live.get(accountId) ?? null, event));
          streams.set(accountId, [...(streams.get(accountId) ?? []), event]);
        }
        if (command.type === 'Deposit') paidInCents += command.amountCents;
        if (command.type === 'Withdraw') paidInCents -= command.amountCents;
        if (command.type === 'Transfer') {
          acceptedTransfers++;
          if (decision.events.reduce((sum, { event }) => sum + balanceChangeCents(event), 0) !== 0) return false;
        }
      }
      const heldCents = [...live.values()].reduce((sum, { balanceCents }) => sum + balanceCents, 0);
      const replayed = [...streams].map(([accountId, events]) => [accountId, events.reduce<Account | null>(evolve, null)] as const);
      t.deepEqual(new Map(replayed), new Map<string, Account | null>(live));
      return heldCents === paidInCents && [...live.values()].every(({ balanceCents }) => balanceCents >= 0);
    }),
    { numRuns: 300, seed: 7 },
  );
  // The property would hold of commands that are all refused, too.
  t.true(acceptedTransfers > 100, `only ${acceptedTransfers} transfers were accepted`);
});
