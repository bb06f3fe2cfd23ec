// The statement's fold on a history whose every line is known.
import test from 'ava';
import type { StoredEvent } from '../../examples/ledger/event-store.js';
import { foldStatement } from '../../examples/ledger/statement.js';

const recordedAt = new Date('2026-03-01T12:00:00.000Z');
const stored = (version: number, event: StoredEvent['event']): StoredEvent => ({ position: version * 10, streamId: 'a', version, event, recordedAt });
const HISTORY: readonly StoredEvent[] = [
  stored(1, { type: 'AccountOpened', owner: 'Ann' }),
  stored(2, { type: 'MoneyDeposited', amountCents: 1000 }),
  stored(3, { type: 'TransferSent', transferId: 't', toAccountId: 'b', amountCents: 300 }),
  stored(4, { type: 'TransferReceived', transferId: 'u', fromAccountId: 'b', amountCents: 50 }),
  stored(5, { type: 'MoneyWithdrawn', amountCents: 200 }),
];

test('should total the whole history and show the newest lines with running balances when folded', (t) => {
  t.deepEqual(foldStatement('a', HISTORY, 2), {
    accountId: 'a',
    balanceCents: 550,
    inCents: 1050,
    outCents: 500,
    events: 5,
    lines: [
      { version: 4, at: '2026-03-01T12:00:00.000Z', type: 'TransferReceived', changeCents: 50, balanceCents: 750 },
      { version: 5, at: '2026-03-01T12:00:00.000Z', type: 'MoneyWithdrawn', changeCents: -200, balanceCents: 550 },
    ],
  });
});

test('should show each line once when more are asked for than there are', (t) => {
  t.deepEqual(
    foldStatement('a', HISTORY, 999).lines.map(({ balanceCents }) => balanceCents),
    [0, 1000, 700, 750, 550],
  );
});
