// The load's plan: the same for the same seed, in the promised shares, on few accounts most of the time.
import test from 'ava';
import { seededRandom } from '../../examples/ledger/random.js';
import { planRequest } from '../../examples/ledger/workload.js';

const ACCOUNT_IDS = Array.from({ length: 30 }, (_, index) => `acc${index}`);

function plan(seed: number, requests: number) {
  const random = seededRandom(seed);
  return Array.from({ length: requests }, () => planRequest(random, ACCOUNT_IDS));
}

test('should give the numbers of the published generator when seeded', (t) => {
  // mulberry32(1), first three outputs of the reference implementation as 32-bit numbers.
  const random = seededRandom(1);
  t.deepEqual(
    [random.next(), random.next(), random.next()].map((value) => value * 2 ** 32),
    [2693262067, 11749833, 2265367787],
  );
});

test('should plan the same requests when the seed is the same, others when it is not', (t) => {
  t.deepEqual(plan(5, 200), plan(5, 200));
  t.notDeepEqual(plan(5, 200), plan(6, 200));
});

test('should keep the shares of the mix and favour the first account when many requests are planned', (t) => {
  const planned = plan(1, 20_000);
  const share = (matches: (path: string) => boolean): number => planned.filter(({ path }) => matches(path)).length / planned.length;
  const near = (actual: number, expected: number): boolean => t.true(Math.abs(actual - expected) < 0.015, `${actual} is not near ${expected}`);
  near(
    share((path) => path === '/transfers'),
    0.2,
  );
  near(
    share((path) => path.includes('/statement')),
    0.09,
  );
  near(
    share((path) => path.endsWith('/deposits')),
    0.27,
  );
  const deposits = planned.filter(({ path }) => path.endsWith('/deposits'));
  near(deposits.filter(({ path }) => path.includes('/acc0/')).length / deposits.length, Math.cbrt(1 / 30));
});

test('should never plan a transfer to the same account', (t) => {
  const bodies = plan(3, 5000).flatMap(({ path, body }) => (path === '/transfers' ? [body as { fromAccountId: string; toAccountId: string }] : []));
  t.true(bodies.length > 800);
  t.is(bodies.filter(({ fromAccountId, toAccountId }) => fromAccountId === toAccountId).length, 0);
});
