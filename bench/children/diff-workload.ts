// Child of diff-noise: a service of ten functions under random load for some seconds, its CPU profile written at the end. Nothing is seeded: the noise is real.
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { deflateSync } from 'node:zlib';
import { path } from 'pitot';
import { answer } from '../answer.js';

const [seconds, file, slower] = [Number(process.argv[2]), process.argv[3], process.argv[4]];
/** More work for the function that is wanted slower: half as much again by default. */
const factor = Number(process.argv[5] ?? 1.5);
const effort = (name: string, times: number): number => (slower === name ? Math.round(times * factor) : times);
/** Mean time between two requests, ms: about half of a core. */
const BETWEEN_MS = 2;
const SAMPLING_US = 1000;

interface Order {
  id: number;
  customer: string;
  price: number;
  note: string;
}

const orders: Order[] = Array.from({ length: 400 }, (_, id) => ({
  id,
  customer: `customer-${(id * 7919) % 97}`,
  price: ((id * 104_729) % 10_007) / 100,
  note: `leave at door ${id}, ring ${id % 5} times`,
}));
const text = JSON.stringify(orders);
const chunk = <T>(list: readonly T[], size: number): T[] => {
  const start = Math.floor(Math.random() * (list.length - size));
  return list.slice(start, start + size);
};

function parseOrders(): number {
  let sum = 0;
  for (let i = 0; i < effort('parseOrders', 3); i++) sum += (JSON.parse(text) as Order[]).length;
  return sum;
}

function sortPrices(): number {
  let first = 0;
  for (let i = 0; i < effort('sortPrices', 8); i++) first += chunk(orders, 200).sort(byPrice)[0].price;
  return first;
}

function byPrice(a: Order, b: Order): number {
  return a.price - b.price || a.id - b.id;
}

function groupByCustomer(): number {
  const groups = new Map<string, Order[]>();
  for (let i = 0; i < effort('groupByCustomer', 40); i++) {
    for (const order of chunk(orders, 100)) groups.set(order.customer, [...(groups.get(order.customer)?.slice(-3) ?? []), order]);
  }
  return groups.size;
}

function scoreRisk(): number {
  let score = 1;
  for (let i = 0; i < effort('scoreRisk', 25_000); i++) score = (score * 1.0001 + i * 0.5) % 1013;
  return score;
}

function matchRoutes(): number {
  let matches = 0;
  for (let i = 0; i < effort('matchRoutes', 20); i++) for (const { note } of orders) if (/ring (\d+) times$/.test(note)) matches++;
  return matches;
}

function buildPage(): number {
  let page = '';
  for (let i = 0; i < effort('buildPage', 8); i++)
    for (const { id, customer, price } of orders) page += `<li>${id} ${customer} ${price.toFixed(2)}</li>`;
  return page.length;
}

function hashSession(): string {
  let digest = 'x';
  for (let i = 0; i < effort('hashSession', 40); i++)
    digest = createHash('sha256')
      .update(digest + text.slice(0, 4000))
      .digest('hex');
  return digest;
}

function compressPage(): number {
  let bytes = 0;
  for (let i = 0; i < effort('compressPage', 3); i++) bytes += deflateSync(text.slice(0, 16_000), { level: 4 }).length;
  return bytes;
}

function cloneState(): number {
  let size = 0;
  for (let i = 0; i < effort('cloneState', 2); i++) size += structuredClone(chunk(orders, 150)).length;
  return size;
}

const work = { parseOrders, sortPrices, groupByCustomer, scoreRisk, matchRoutes, buildPage, hashSession, compressPage, cloneState };
const names = Object.keys(work) as (keyof typeof work)[];
const paths = Object.fromEntries(names.map((name) => [name, path(name)]));

let sink = 0;
function handleRequest(): void {
  for (let i = 0; i < 2; i++) {
    const name = names[Math.floor(Math.random() * names.length)];
    sink += Number(paths[name].time(() => Number(String(work[name]()).length)));
  }
}

/** Arrivals at random, as of many independent users; what has piled up is worked off at once, but not beyond the end: a crowded machine never gets through. */
async function serve(untilMs: number): Promise<void> {
  let nextMs = performance.now();
  while (performance.now() < untilMs) {
    while (nextMs <= performance.now() && performance.now() < untilMs) {
      handleRequest();
      nextMs += -Math.log(1 - Math.random()) * BETWEEN_MS;
    }
    await sleep(Math.max(1, nextMs - performance.now()));
  }
}

const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.setSamplingInterval', { interval: SAMPLING_US });
// Warm: a service is compared in its steady state.
await serve(performance.now() + 1000);
await session.post('Profiler.start');
await serve(performance.now() + seconds * 1000);
const { profile } = await session.post('Profiler.stop');
writeFileSync(file, JSON.stringify(profile));
answer({ samples: profile.samples?.length ?? 0, sink });
