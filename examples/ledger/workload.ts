// What the load generator asks for: a weighted, seeded mix of commands and reads, a few of them wrong, most of them on few accounts.
import type { Random } from './random.js';

/** A request, and the statuses that are right answers to it. Anything else is a failure of the service. */
export interface PlannedRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: object;
  readonly expected: readonly number[];
}

/** Shares in percent. The first account gets about a third of all requests, as a shop's own account would: its history grows fast. */
const MIX: readonly (readonly [sharePercent: number, plan: (random: Random, accountIds: readonly string[]) => PlannedRequest])[] = [
  [26, (random, ids) => post(`/accounts/${pick(random, ids)}/deposits`, { amountCents: random.between(100, 50_000) }, [201, 409])],
  [14, (random, ids) => post(`/accounts/${pick(random, ids)}/withdrawals`, { amountCents: random.between(100, 60_000) }, [201, 409, 422])],
  [20, transfer],
  [22, (random, ids) => get(`/accounts/${pick(random, ids)}`, [200])],
  [9, (random, ids) => get(`/accounts/${pick(random, ids)}/statement?lines=20`, [200])],
  [4, () => get('/totals', [200])],
  [2, () => get('/health', [200])],
  [1, (random) => post('/accounts', { owner: `late ${random.between(1, 1_000_000)}` }, [201])],
  [1, () => get('/accounts/nobody', [404])],
  [1, (random, ids) => post(`/accounts/${pick(random, ids)}/deposits`, { amountCents: -1 }, [400])],
];

/** The next request of a user. Accounts must be known: open them first. */
export function planRequest(random: Random, accountIds: readonly string[]): PlannedRequest {
  let rest = random.next() * 100;
  for (const [sharePercent, plan] of MIX) {
    rest -= sharePercent;
    if (rest < 0) return plan(random, accountIds);
  }
  return get('/health', [200]);
}

/** The cube bends the uniform draw towards the front: of 30 accounts the first gets 32 %, the last half together 21 %. */
function pick(random: Random, accountIds: readonly string[]): string {
  return accountIds[Math.floor(random.next() ** 3 * accountIds.length)]!;
}

function transfer(random: Random, accountIds: readonly string[]): PlannedRequest {
  const from = random.between(0, accountIds.length - 1);
  const to = (from + random.between(1, accountIds.length - 1)) % accountIds.length;
  return post(
    '/transfers',
    { fromAccountId: accountIds[from], toAccountId: accountIds[to], amountCents: random.between(100, 30_000) },
    [201, 409, 422],
  );
}

function get(path: string, expected: readonly number[]): PlannedRequest {
  return { method: 'GET', path, expected };
}

function post(path: string, body: object, expected: readonly number[]): PlannedRequest {
  return { method: 'POST', path, body, expected };
}
