// The queue: what each sink gets, in which order, after which failures, restarts and deaths.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { Delivery, type DeliveryOptions, type DeliveryOutcome } from '../../../src/export/sinks/delivery-queue.js';
import type { PostOutcome, PostRequest } from '../../../src/export/sinks/http-post.js';
import { parseSinks } from '../../../src/export/sinks/parse-sinks.js';
import type { WebhookPayload } from '../../../src/export/sinks/webhook-payload.js';
import { alertOf, resolved, START_MS, startReceiver } from './receiver.js';

const SOURCE = { service: 'ledger', host: 'box', pid: 42, version: '0.1.0' };

function temporary(t: ExecutionContext, within = tmpdir()): string {
  const directory = mkdtempSync(join(within, 'pitot-sinks-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, 'alerts');
}

interface Bench {
  delivery: Delivery;
  dropped: string[];
  results: [string, string, DeliveryOutcome][];
  trouble: string[];
  sent: PostRequest[];
}

type Reply = (request: PostRequest, n: number) => PostOutcome | Promise<PostOutcome>;
const DELIVERED: PostOutcome = { kind: 'delivered', status: 200 };
const DOWN: PostOutcome = { kind: 'retry', reason: 'ECONNREFUSED' };

function start(directory: string, sinks: unknown, reply: Reply | null = () => DELIVERED, over: Partial<DeliveryOptions> = {}): Bench {
  const parsed = parseSinks(sinks, {});
  const dropped: string[] = [];
  const trouble: string[] = [];
  const sent: PostRequest[] = [];
  const post = async (request: PostRequest): Promise<PostOutcome> => {
    sent.push(request);
    return (reply as Reply)(request, sent.length);
  };
  const delivery = new Delivery(
    {
      directory,
      sinks: parsed.sinks,
      source: SOURCE,
      onDropped: (count, reason) => dropped.push(`${count} ${reason}`),
      onTrouble: (message) => trouble.push(message),
      ...over,
    },
    { nowMs: () => START_MS, random: () => 0.5, ...(reply === null ? {} : { post }) },
  );
  const results: Bench['results'] = [];
  delivery.onResult = (...result) => results.push(result);
  return { delivery, dropped, results, trouble, sent };
}

const HOOK = { hook: { kind: 'webhook', url: 'http://127.0.0.1:9/hook' } };
const idsOf = (sent: PostRequest[]): string[] =>
  sent.map(({ body }) => (JSON.parse(body) as WebhookPayload).alert).map(({ id, state }) => `${id} ${state}`);

function filesIn(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\d{15}-.*\.json$/.test(name))
    .sort();
}

test('should send every state in order when a webhook takes them', async (t) => {
  const directory = temporary(t);
  const { delivery, sent, results, dropped } = start(directory, HOOK);
  for (let i = 0; i < 5; i++) delivery.enqueue(alertOf(`a${i}`), ['hook']);
  delivery.enqueue(resolved(alertOf('a0')), ['hook']);
  delivery.enqueue(alertOf('p', { state: 'pending' }), ['hook']);
  t.is(delivery.size, 6);
  const [first] = filesIn(directory);
  t.is(statSync(join(directory, first)).mode & 0o777, 0o600);
  t.is(statSync(directory).mode & 0o777, 0o700);
  delivery.tick(START_MS);
  await delivery.settle(5000);
  t.deepEqual(idsOf(sent), ['a0 firing', 'a1 firing', 'a2 firing', 'a3 firing', 'a4 firing', 'a0 resolved']);
  t.deepEqual(results[0], ['a0', 'hook', { state: 'delivered', text: 'webhook hook: delivered', tries: 1 }]);
  t.is(delivery.size, 0);
  t.deepEqual(filesIn(directory), []);
  t.deepEqual(dropped, []);
  delivery.close();
  t.deepEqual(readdirSync(directory), []);
});

test('should wait as the back-off says when a sink is down', async (t) => {
  const { delivery, sent, results } = start(temporary(t), HOOK, (_, n) => (n < 4 ? DOWN : DELIVERED));
  delivery.enqueue(alertOf('a'), ['hook']);
  delivery.enqueue(alertOf('b'), ['hook']);
  const at = async (ms: number): Promise<number> => {
    delivery.tick(START_MS + ms);
    await delivery.settle(5000);
    return sent.length;
  };
  // Half of 1 s, 2 s and 4 s, one after the other; then all of it.
  t.is(await at(0), 1);
  t.is(await at(499), 1);
  t.is(await at(500), 2);
  t.is(await at(1499), 2);
  t.is(await at(1500), 3);
  t.is(await at(3499), 3);
  t.is(await at(3500), 5);
  t.deepEqual(
    results.map(([id, , { state, text }]) => `${id} ${state} ${text}`),
    [
      'a waiting webhook hook: waiting after try 1 (ECONNREFUSED)',
      'a waiting webhook hook: waiting after try 2 (ECONNREFUSED)',
      'a waiting webhook hook: waiting after try 3 (ECONNREFUSED)',
      'a delivered webhook hook: delivered at try 4',
      'b delivered webhook hook: delivered',
    ],
  );
  delivery.close();
});

test('should wait no longer when the clock is set back meanwhile', async (t) => {
  const { delivery, sent } = start(temporary(t), HOOK, (_request, n) => (n === 1 ? DOWN : DELIVERED));
  delivery.enqueue(alertOf('a'), ['hook']);
  delivery.tick(START_MS);
  await delivery.settle(1000);
  t.is(sent.length, 1);
  delivery.tick(START_MS - 3_600_000);
  await delivery.settle(1000);
  t.is(sent.length, 1);
  // Half of a second, as the back-off says.
  delivery.tick(START_MS - 3_600_000 + 500);
  await delivery.settle(1000);
  t.is(sent.length, 2);
  t.is(delivery.size, 0);
  delivery.close();
});

test('should wait for as long as the receiver asks when it says Retry-After', async (t) => {
  const { delivery, sent } = start(temporary(t), HOOK, (_, n) =>
    n === 1 ? { kind: 'retry', reason: 'status 429', retryAfterMs: 30_000 } : DELIVERED,
  );
  delivery.enqueue(alertOf('a'), ['hook']);
  for (const ms of [0, 30_000, 30_499]) {
    delivery.tick(START_MS + ms);
    await delivery.settle(5000);
    t.is(sent.length, 1);
  }
  delivery.tick(START_MS + 30_500);
  await delivery.settle(5000);
  t.is(sent.length, 2);
  delivery.close();
});

test('should go on with the next when the receiver refuses one', async (t) => {
  const { delivery, sent, results, dropped } = start(temporary(t), HOOK, (_, n) => (n === 1 ? { kind: 'refused', reason: 'status 400' } : DELIVERED));
  delivery.enqueue(alertOf('a'), ['hook']);
  delivery.enqueue(alertOf('b'), ['hook']);
  delivery.tick(START_MS);
  await delivery.settle(5000);
  t.deepEqual(idsOf(sent), ['a firing', 'b firing']);
  t.deepEqual(dropped, ['1 hook: refused (status 400)']);
  t.is(results[0][2].text, 'webhook hook: refused (status 400)');
  delivery.close();
});

test('should lose none of 10 000 and say what is beyond when a receiver is out for an hour', async (t) => {
  let isDown = true;
  // In memory where there is such a place: a disk that others keep busy takes a millisecond a file.
  const directory = temporary(t, existsSync('/dev/shm') ? '/dev/shm' : tmpdir());
  const { delivery, sent, dropped } = start(directory, HOOK, () => (isDown ? DOWN : DELIVERED));
  // 10 003 alerts over the hour, the sink tried all the while.
  for (let i = 0; i < 10_003; i++) {
    delivery.enqueue(alertOf(`a${i}`), ['hook']);
    if (i % 100 === 0) {
      delivery.tick(START_MS + i * 360);
      await delivery.settle(5000);
    }
  }
  t.is(delivery.size, 10_000);
  t.deepEqual(dropped, ['1 hook: the queue is full', '1 hook: the queue is full', '1 hook: the queue is full']);
  t.true(sent.length < 60, `${sent.length} requests in an hour`);
  isDown = false;
  sent.length = 0;
  delivery.tick(START_MS + 2 * 3_600_000);
  await delivery.settle(60_000);
  t.is(sent.length, 10_000);
  const ids = idsOf(sent);
  t.deepEqual(
    ids,
    Array.from({ length: 10_000 }, (_, i) => `a${i + 3} firing`),
  );
  delivery.close();
});

test('should drop from the longest queue when the bytes are full and one of two sinks is out', async (t) => {
  const sinks = { ...HOOK, other: { kind: 'webhook', url: 'http://127.0.0.1:9/other' } };
  const { delivery, dropped, sent } = start(temporary(t), sinks, ({ url }) => (url.endsWith('/hook') ? DOWN : DELIVERED), { notificationsMax: 4 });
  for (let i = 0; i < 6; i++) delivery.enqueue(alertOf(`a${i}`), ['hook']);
  delivery.enqueue(alertOf('b'), ['other']);
  t.deepEqual(dropped, ['1 hook: the queue is full', '1 hook: the queue is full', '1 hook: the queue is full']);
  delivery.tick(START_MS);
  await delivery.settle(5000);
  t.true(sent.some(({ url }) => url.endsWith('/other')));
  t.is(delivery.size, 3);
  delivery.close();
});

test('should deliver those behind it and drop the one in the end when a receiver fails at one alone', async (t) => {
  const reply: Reply = ({ body }) => (body.includes('"poison"') ? { kind: 'retry', reason: 'status 500' } : DELIVERED);
  const { delivery, sent, dropped } = start(temporary(t), HOOK, reply);
  delivery.enqueue(alertOf('poison'), ['hook']);
  delivery.enqueue(resolved(alertOf('poison')), ['hook']);
  for (let i = 0; i < 5; i++) delivery.enqueue(alertOf(`a${i}`), ['hook']);
  for (let n = 0; n < 30 && delivery.size > 1; n++) {
    delivery.tick(START_MS + n * 300_000);
    await delivery.settle(5000);
  }
  t.deepEqual(idsOf(sent), [
    ...Array.from({ length: 10 }, () => 'poison firing'),
    ...['a0 firing', 'poison firing', 'a1 firing', 'poison firing', 'a2 firing', 'poison firing'],
    // Its end fails as well; what is behind that goes first after as many tries.
    ...Array.from({ length: 10 }, () => 'poison resolved'),
    ...['a3 firing', 'poison resolved', 'a4 firing', 'poison resolved'],
    ...Array.from({ length: sent.length - 30 }, () => 'poison resolved'),
  ]);
  t.deepEqual(dropped, ['1 hook: status 500 each time, while others were delivered']);
  t.is(delivery.size, 1);
  delivery.close();
});

test('should lose none when every one fails with 500 for an hour', async (t) => {
  let isDown = true;
  const { delivery, sent, dropped } = start(temporary(t), HOOK, () => (isDown ? { kind: 'retry', reason: 'status 503' } : DELIVERED));
  for (let i = 0; i < 5; i++) delivery.enqueue(alertOf(`a${i}`), ['hook']);
  for (let second = 0; second < 3600; second += 10) {
    delivery.tick(START_MS + second * 1000);
    await delivery.settle(5000);
  }
  isDown = false;
  const before = sent.length;
  delivery.tick(START_MS + 7_200_000);
  await delivery.settle(5000);
  t.deepEqual(idsOf(sent.slice(before)).sort(), ['a0 firing', 'a1 firing', 'a2 firing', 'a3 firing', 'a4 firing']);
  t.deepEqual(dropped, []);
  delivery.close();
});

test('should drop what nobody took for a day when it pulses', async (t) => {
  const { delivery, dropped, results } = start(temporary(t), HOOK, () => DOWN);
  delivery.enqueue(alertOf('a'), ['hook']);
  delivery.tick(START_MS + 86_400_000);
  await delivery.settle(5000);
  t.is(delivery.size, 1);
  delivery.tick(START_MS + 86_410_001);
  t.is(delivery.size, 0);
  t.deepEqual(dropped, ['1 hook: nobody took it for a day']);
  t.is(results.at(-1)?.[2].text, 'webhook hook: dropped (nobody took it for a day)');
  delivery.close();
});

test('should deliver what was left when a new delivery opens the same directory', async (t) => {
  const directory = temporary(t);
  const first = start(directory, HOOK, () => DOWN);
  for (const id of ['a', 'b', 'c']) first.delivery.enqueue(alertOf(id), ['hook']);
  first.delivery.tick(START_MS);
  await first.delivery.settle(5000);
  first.delivery.close();
  t.is(filesIn(directory).length, 3);
  const second = start(directory, HOOK);
  second.delivery.enqueue(alertOf('d'), ['hook']);
  second.delivery.tick(START_MS + 1);
  await second.delivery.settle(5000);
  t.deepEqual(idsOf(second.sent), ['a firing', 'b firing', 'c firing', 'd firing']);
  t.deepEqual(filesIn(directory), []);
  second.delivery.close();
});

test('should keep only the newest state when the receiver knows an alert by its key', async (t) => {
  const sinks = {
    ...HOOK,
    pd: { kind: 'pagerduty', routingKey: 'R0123456789ABCDEF0123456789ABCDE' },
    am: { kind: 'alertmanager', url: 'http://127.0.0.1:9' },
  };
  const { delivery, sent } = start(temporary(t), sinks);
  delivery.enqueue(alertOf('a'), ['hook', 'pd', 'am']);
  delivery.enqueue(alertOf('b'), ['hook', 'pd', 'am']);
  delivery.enqueue(resolved(alertOf('a')), ['hook', 'pd', 'am']);
  t.is(delivery.size, 3 + 2 + 2);
  delivery.tick(START_MS);
  await delivery.settle(5000);
  t.deepEqual(idsOf(sent.filter(({ url }) => url.endsWith('/hook'))), ['a firing', 'b firing', 'a resolved']);
  t.deepEqual(
    sent.filter(({ url }) => url.includes('pagerduty')).map(({ body }) => [JSON.parse(body).dedup_key, JSON.parse(body).event_action]),
    [
      ['b', 'trigger'],
      ['a', 'resolve'],
    ],
  );
  t.is(sent.filter(({ url }) => url === 'http://127.0.0.1:9/api/v2/alerts').length, 2);
  delivery.close();
});

test('should not replace what is under way when the alert ends meanwhile', async (t) => {
  let release: (outcome: PostOutcome) => void = () => {};
  const reply: Reply = (_, n) => (n === 1 ? new Promise<PostOutcome>((resolve) => (release = resolve)) : DELIVERED);
  const { delivery, sent } = start(temporary(t), { pd: { kind: 'pagerduty', routingKey: 'R0123456789ABCDEF0123456789ABCDE' } }, reply);
  delivery.enqueue(alertOf('a'), ['pd']);
  delivery.tick(START_MS);
  await new Promise(setImmediate);
  delivery.enqueue(resolved(alertOf('a')), ['pd']);
  t.is(delivery.size, 2);
  release(DELIVERED);
  await delivery.settle(5000);
  t.deepEqual(
    sent.map(({ body }) => JSON.parse(body).event_action),
    ['trigger', 'resolve'],
  );
  delivery.close();
});

test('should pass over what a sink does not want when severity or state say so', async (t) => {
  const sinks = {
    loud: { ...HOOK.hook, minSeverity: 'critical' },
    quiet: { ...HOOK.hook, sendResolved: false },
  };
  const { delivery, sent } = start(temporary(t), sinks);
  delivery.enqueue(alertOf('w', { severity: 'warning' }), ['loud', 'quiet', 'nobody']);
  delivery.enqueue(resolved(alertOf('w', { severity: 'warning' })), ['loud', 'quiet']);
  delivery.tick(START_MS);
  await delivery.settle(5000);
  t.deepEqual(idsOf(sent), ['w firing']);
  delivery.close();
});

test('should send firing alerts again every minute until they resolve when the sink is Alertmanager', async (t) => {
  const { delivery, sent } = start(temporary(t), { am: { kind: 'alertmanager', url: 'http://127.0.0.1:9/base/' }, ...HOOK });
  const alert = alertOf('a');
  delivery.enqueue(alert, ['am']);
  delivery.enqueue(alertOf('h'), ['hook']);
  const at = async (ms: number, firing = [alert, alertOf('h')]): Promise<string[]> => {
    sent.length = 0;
    delivery.repost(firing, START_MS + ms);
    await delivery.settle(5000);
    return sent.filter(({ url }) => url.includes('/base/api/v2/alerts')).map(({ body }) => JSON.parse(body)[0].endsAt);
  };
  // The first with the queued one: both end four minutes ahead.
  t.deepEqual(await at(0), ['2026-03-01T12:04:00.000Z', '2026-03-01T12:04:00.000Z']);
  t.deepEqual(await at(59_999), []);
  t.deepEqual(await at(60_000), ['2026-03-01T12:05:00.000Z']);
  // Resolved between the call and the request: the end alone is sent.
  delivery.enqueue(resolved(alert), ['am']);
  t.deepEqual(await at(120_000, []), ['2026-03-01T12:05:00.000Z']);
  t.deepEqual(await at(180_000, []), []);
  delivery.close();
});

test('should send an alert of before a restart again when it is told whose it is', async (t) => {
  const { delivery, sent } = start(temporary(t), { am: { kind: 'alertmanager', url: 'http://127.0.0.1:9' } });
  delivery.repost([alertOf('old')], START_MS, () => ['am']);
  await delivery.settle(5000);
  t.is(sent.length, 1);
  delivery.repost([alertOf('old')], START_MS + 60_000, () => []);
  await delivery.settle(5000);
  t.is(sent.length, 1);
  delivery.close();
});

test('should say once that it was refused, and once that it is not any more, when an alert is sent again', async (t) => {
  let reply: PostOutcome = DELIVERED;
  const { delivery, sent, results, dropped } = start(temporary(t), { am: { kind: 'alertmanager', url: 'http://127.0.0.1:9' } }, () => reply);
  const at = async (minute: number, ...ids: string[]): Promise<string[]> => {
    results.length = 0;
    delivery.repost(
      ids.map((id) => alertOf(id)),
      START_MS + minute * 60_000,
      () => ['am'],
    );
    await delivery.settle(5000);
    return results.map(([id, sink, { state, text }]) => `${id} ${sink} ${state}: ${text}`);
  };
  t.deepEqual(await at(0, 'a', 'b'), []);
  reply = { kind: 'refused', reason: 'status 400' };
  t.deepEqual(await at(1, 'a', 'b'), [
    'a am refused: alertmanager am: refused when sent again (status 400)',
    'b am refused: alertmanager am: refused when sent again (status 400)',
  ]);
  t.deepEqual(await at(2, 'a', 'b'), []);
  t.deepEqual(await at(3, 'a', 'c'), ['c am refused: alertmanager am: refused when sent again (status 400)']);
  // Nobody hears what nobody took.
  reply = DOWN;
  t.deepEqual(await at(4, 'a', 'c'), []);
  reply = DELIVERED;
  t.deepEqual(await at(5, 'a', 'c'), [
    'a am delivered: alertmanager am: delivered when sent again',
    'c am delivered: alertmanager am: delivered when sent again',
  ]);
  t.deepEqual(await at(6, 'a', 'c'), []);
  t.deepEqual(dropped, ['2 am: refused when sent again (status 400)', '1 am: refused when sent again (status 400)']);
  t.is(sent.length, 7);
  delivery.close();
});

test('should try once more whatever the back-off, but not before the time a receiver asked for, when the process ends', async (t) => {
  const down: PostOutcome = { kind: 'retry', reason: 'status 429', retryAfterMs: 60_000 };
  const sinks = { ...HOOK, busy: { kind: 'webhook', url: 'http://127.0.0.1:9/busy' } };
  const { delivery, sent } = start(temporary(t), sinks, ({ url }) => (url.endsWith('busy') ? down : DOWN));
  delivery.enqueue(alertOf('a'), ['hook', 'busy']);
  delivery.tick(START_MS);
  await delivery.settle(5000);
  t.is(sent.splice(0).length, 2);
  delivery.tick(START_MS + 100);
  await delivery.settle(5000);
  t.is(sent.length, 0);
  delivery.tryNow(START_MS + 100);
  await delivery.settle(5000);
  t.deepEqual(
    sent.map(({ url }) => url),
    ['http://127.0.0.1:9/hook'],
  );
  delivery.tryNow(START_MS + 60_000);
  await delivery.settle(5000);
  t.is(sent.length, 3);
  t.is(delivery.size, 2);
  delivery.close();
});

test('should queue in memory, say so, and come back to disk when the disk takes nothing for a while', async (t) => {
  const directory = temporary(t);
  // A file where the directory should be: as with a full disk, nothing can be made there.
  mkdirSync(dirname(directory), { recursive: true });
  writeFileSync(directory, '');
  const { delivery, trouble, sent, dropped } = start(directory, HOOK, () => DOWN);
  for (let i = 0; i < 1002; i++) delivery.enqueue(alertOf(`a${i}`), ['hook']);
  t.is(delivery.size, 1000);
  t.deepEqual(dropped, ['1 hook: disk and memory are full', '1 hook: disk and memory are full']);
  t.deepEqual(trouble, ['alerts cannot be queued on disk (ENOTDIR); at most 1000 wait in memory, and are lost with the process']);
  rmSync(directory);
  delivery.tick(START_MS + 10_000);
  await delivery.settle(5000);
  t.is(filesIn(directory).length, 1000);
  t.is(trouble[1], 'alerts are queued on disk again');
  t.is(trouble.length, 2);
  t.deepEqual(idsOf(sent), ['a0 firing']);
  delivery.close();
});

test('should remove and name a file when it is damaged', async (t) => {
  const directory = temporary(t);
  const first = start(directory, HOOK, () => DOWN);
  first.delivery.enqueue(alertOf('a'), ['hook']);
  first.delivery.enqueue(alertOf('b'), ['hook']);
  first.delivery.close();
  const [damaged] = filesIn(directory);
  writeFileSync(join(directory, damaged), '{"v":1,');
  const second = start(directory, HOOK);
  second.delivery.tick(START_MS);
  await second.delivery.settle(5000);
  t.deepEqual(idsOf(second.sent), ['b firing']);
  t.regex(second.trouble[0], /^a notification on disk is damaged and was removed: \d{15}-/);
  second.delivery.close();
});

test('should leave it on disk when its sink is not configured any more', async (t) => {
  const directory = temporary(t);
  const first = start(directory, HOOK, () => DOWN);
  first.delivery.enqueue(alertOf('a'), ['hook']);
  first.delivery.close();
  const second = start(directory, { other: HOOK.hook });
  second.delivery.tick(START_MS);
  await second.delivery.settle(5000);
  t.deepEqual([second.sent.length, second.delivery.size], [0, 1]);
  second.delivery.tick(START_MS + 86_410_001);
  t.deepEqual(second.dropped, ['1 hook: no sink hook is configured']);
  second.delivery.close();
});

test('should never throw when callbacks and the network do', async (t) => {
  const parsed = parseSinks(HOOK, {});
  const delivery = new Delivery(
    {
      directory: temporary(t),
      sinks: parsed.sinks,
      source: SOURCE,
      notificationsMax: 1,
      onDropped: () => {
        throw new Error('onDropped');
      },
    },
    {
      nowMs: () => START_MS,
      post: () => {
        throw new Error('post');
      },
    },
  );
  let told = 0;
  delivery.onResult = () => {
    told++;
    throw new Error('onResult');
  };
  delivery.enqueue(alertOf('a'), ['hook']);
  delivery.enqueue(alertOf('b'), ['hook']);
  delivery.tick(START_MS);
  await delivery.settle(5000);
  t.is(told, 2);
  t.is(delivery.size, 1);
  delivery.close();
});

const CHILD = fileURLToPath(new URL('./queue-child.js', import.meta.url));

test('should lose nothing when the process is killed in the midst of its queue', async (t) => {
  const directory = temporary(t);
  const receiver = await startReceiver((response, _, n) => {
    // Three are taken, the fourth is left hanging.
    if (n <= 3) response.writeHead(200).end();
  });
  t.teardown(() => receiver.close());
  const child = spawn(process.execPath, [CHILD, directory, receiver.url, '20'], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.teardown(() => child.kill('SIGKILL'));
  await new Promise<void>((resolve) => createInterface(child.stdout).once('line', () => resolve()));
  while (receiver.received.length < 4) await new Promise((resolve) => setTimeout(resolve, 10));

  // It lives: nobody takes its queue.
  const early = start(directory, { hook: { kind: 'webhook', url: receiver.url } }, null);
  t.is(early.delivery.size, 0);

  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
  receiver.answer = (response) => response.writeHead(200).end();
  // Found by the pulse of one that runs already.
  early.delivery.tick(START_MS + 10_000);
  await early.delivery.settle(10_000);
  const ids = receiver.received.map(({ body }) => (JSON.parse(body) as WebhookPayload).alert.id);
  t.deepEqual(ids.slice(0, 3), ['a0', 'a1', 'a2']);
  // The one under way comes twice, with the same id of its notification; the process is the one that died.
  t.deepEqual(ids.slice(3), ['a3', ...Array.from({ length: 17 }, (_, i) => `a${i + 3}`)]);
  const payloads = receiver.received.slice(3, 5).map(({ body }) => JSON.parse(body) as WebhookPayload);
  t.is(payloads[0].id, payloads[1].id);
  t.is(payloads[1].pid, child.pid as number);
  t.deepEqual(filesIn(directory), []);
  early.delivery.close();
});

test('should write nothing when it is alone and nothing waits, and show that it lives when something does', async (t) => {
  const directory = temporary(t);
  const { delivery } = start(directory, HOOK, () => DOWN);
  const owner = join(directory, readdirSync(directory)[0], 'owner.json');
  rmSync(owner);
  delivery.tick(START_MS + 10_000);
  t.false(existsSync(owner));
  delivery.enqueue(alertOf('a'), ['hook']);
  t.true(existsSync(owner));
  rmSync(owner);
  delivery.tick(START_MS + 20_000);
  t.true(existsSync(owner));
  await delivery.settle(5000);
  delivery.close();
});

test('should send each once when three processes find what a dead one left at the same moment', async (t) => {
  const directory = temporary(t);
  const receiver = await startReceiver();
  t.teardown(() => receiver.close());
  const left = start(directory, HOOK, () => DOWN);
  for (let i = 0; i < 40; i++) left.delivery.enqueue(alertOf(`a${i}`), ['hook']);
  left.delivery.close();
  await Promise.all(
    [1, 2, 3].map(async () => {
      const child = spawn(process.execPath, [CHILD, directory, receiver.url, '0'], { stdio: ['pipe', 'pipe', 'inherit'] });
      t.teardown(() => child.kill('SIGKILL'));
      await new Promise<void>((resolve) => createInterface(child.stdout).on('line', (line) => line === 'settled' && resolve()));
    }),
  );
  t.deepEqual(
    receiver.received.map(({ body }) => (JSON.parse(body) as WebhookPayload).alert.id),
    Array.from({ length: 40 }, (_, i) => `a${i}`),
  );
});

test('should send nothing of a queue that was taken over when its owner was only thought dead', async (t) => {
  const directory = temporary(t);
  const mine = start(directory, HOOK);
  mine.delivery.enqueue(alertOf('a'), ['hook']);
  const [own] = readdirSync(directory);
  rmSync(join(directory, own), { recursive: true });
  mine.delivery.enqueue(alertOf('b'), ['hook']);
  mine.delivery.tick(START_MS);
  await mine.delivery.settle(5000);
  t.deepEqual(idsOf(mine.sent), ['b firing']);
  t.deepEqual([mine.delivery.size, mine.dropped.length], [0, 0]);
  mine.delivery.close();
});

test('should hold no secret when the files of the queue are read', (t) => {
  const directory = temporary(t);
  const { delivery } = start(directory, {
    hook: { kind: 'webhook', url: 'http://127.0.0.1:9/s3cret-path', headers: { Authorization: 'Bearer s3cret' } },
  });
  delivery.enqueue(alertOf('a'), ['hook']);
  const files = filesIn(directory).map((name) => readFileSync(join(directory, name), 'utf8'));
  t.is(files.length, 1);
  t.false(files.join('').includes('s3cret'));
  delivery.close();
});
