// The configuration of sinks: what is taken, what is named as a mistake, and that no secret is ever shown.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import test from 'ava';
import { Delivery } from '../../../src/export/sinks/delivery-queue.js';
import { PAGERDUTY_URL, parseSinks, type SinkMistake } from '../../../src/export/sinks/parse-sinks.js';
import { sinkRequest } from '../../../src/export/sinks/sink-request.js';
import { alertOf, START_MS } from './receiver.js';

const KEY = 'S3CRETKEY0123456789ABCDEF0123456';
const URL_TEXT = 'https://hooks.example/services/s3cret';

const mistakesOf = (sink: unknown, env: NodeJS.ProcessEnv = {}): [string, string][] =>
  parseSinks({ ops: sink }, env).mistakes.map(({ field, received }) => [field, received]);

test('should take each kind with its defaults when it is written as it should be', (t) => {
  const { sinks, mistakes } = parseSinks(
    {
      hook: { kind: 'webhook', url: URL_TEXT, headers: { Authorization: 'Bearer s3cret' }, headersEnv: { 'X-Key': 'HOOK_KEY' } },
      chat: { kind: 'slack', urlEnv: 'SLACK_URL', minSeverity: 'warning' },
      pager: { kind: 'pagerduty', routingKeyEnv: 'PD_KEY', sendResolved: false },
      am: { kind: 'alertmanager', url: 'http://am:9093', timeoutMs: 2500 },
    },
    { HOOK_KEY: 's3cret-header', SLACK_URL: ` ${URL_TEXT}\n`, PD_KEY: KEY },
  );
  t.deepEqual(mistakes, []);
  t.deepEqual(
    [...sinks.values()].map(({ name, kind, timeoutMs, minSeverity, sendResolved }) => [name, kind, timeoutMs, minSeverity, sendResolved]),
    [
      ['hook', 'webhook', 10_000, 'info', true],
      ['chat', 'slack', 10_000, 'warning', true],
      ['pager', 'pagerduty', 10_000, 'info', false],
      ['am', 'alertmanager', 2500, 'info', true],
    ],
  );
  const source = { service: 'ledger', host: 'box', pid: 1, version: '0' };
  const request = (name: string) => {
    const sink = sinks.get(name);
    if (sink === undefined) throw new Error(name);
    return sinkRequest(sink, { v: 1, id: 'n', sink: name, queuedAtMs: START_MS, source, alert: alertOf('a') }, START_MS);
  };
  t.deepEqual([request('hook').url, request('hook').headers], [URL_TEXT, { authorization: 'Bearer s3cret', 'x-key': 's3cret-header' }]);
  t.is(request('chat').url, URL_TEXT);
  t.is(request('pager').url, PAGERDUTY_URL);
  t.is(JSON.parse(request('pager').body).routing_key, KEY);
  t.deepEqual([request('am').url, request('am').timeoutMs], ['http://am:9093/api/v2/alerts', 2500]);
});

test('should name sink and field and keep the others when one is wrong', (t) => {
  const { sinks, mistakes } = parseSinks(
    { ops: { kind: 'webhook', url: URL_TEXT, timeoutMs: '10s' }, 'a b': {}, log: {}, good: { kind: 'webhook', url: URL_TEXT } },
    {},
  );
  t.deepEqual([...sinks.keys()], ['good']);
  t.deepEqual(mistakes, [
    { sink: 'ops', field: 'timeoutMs', allowed: 'a number of ms, 100..60000', received: '"10s"', remedy: 'Leave it out for 10000.' },
    { sink: 'a b', field: '', allowed: 'a name of letters, digits, _ and -, at most 64', received: '"a b"', remedy: 'Rename the sink.' },
    { sink: 'log', field: '', allowed: 'a name that no action has', received: '"log"', remedy: 'Rename the sink.' },
  ]);
  t.deepEqual(parseSinks(undefined, {}), { sinks: new Map(), mistakes: [] });
  t.is(parseSinks([], {}).mistakes[0].received, 'a list');
});

test('should say what is wrong without what was written when a field may hold a secret', (t) => {
  t.deepEqual(mistakesOf('s3cret'), [['', 'text of 6 characters']]);
  t.deepEqual(mistakesOf({ kind: 'mail' }), [['kind', '"mail"']]);
  t.deepEqual(mistakesOf({ kind: 'webhook' }), [['url', 'none of them']]);
  t.deepEqual(mistakesOf({ kind: 'webhook', url: 's3cret' }), [['url', 'text of 6 characters that is no address']]);
  t.deepEqual(mistakesOf({ kind: 'webhook', url: 'ftp://s3cret' }), [['url', 'an address of 12 characters with another scheme']]);
  t.deepEqual(mistakesOf({ kind: 'webhook', url: 7 }), [['url', 'a number']]);
  t.deepEqual(mistakesOf({ kind: 'webhook', url: URL_TEXT, urlEnv: 'X' }), [['url', 'url and urlEnv']]);
  t.deepEqual(mistakesOf({ kind: 'webhook', urlEnv: 'MISSING' }), [['urlEnv', 'no such variable, or an empty one']]);
  t.deepEqual(mistakesOf({ kind: 'webhook', urlEnv: URL_TEXT }), [['urlEnv', `text of ${URL_TEXT.length} characters`]]);
  t.deepEqual(mistakesOf({ kind: 'webhook', urlFile: URL_TEXT }), [['urlFile', `text of ${URL_TEXT.length} characters`]]);
  t.deepEqual(mistakesOf({ kind: 'pagerduty', routingKey: 'short' }), [['routingKey', 'text of 5 characters that is no such key']]);
  t.deepEqual(mistakesOf({ kind: 'pagerduty', routingKeyEnv: 'PD' }, { PD: 'short' }), [
    ['routingKeyEnv', 'text of 5 characters that is no such key'],
  ]);
  t.deepEqual(mistakesOf({ kind: 'slack', url: URL_TEXT, routingKey: KEY }), [['routingKey', 'an unknown field']]);
  t.deepEqual(mistakesOf({ kind: 'webhook', url: URL_TEXT, minSeverity: 'high', sendResolved: 'no' }), [
    ['minSeverity', '"high"'],
    ['sendResolved', '"no"'],
  ]);
  t.deepEqual(mistakesOf({ kind: 'webhook', url: URL_TEXT, headers: { Host: 'x', 'a b': 'x', Key: 'two\nlines' }, headersFile: 's3cret' }), [
    ['headers', 'the header Host'],
    ['headers', 'a name of 3 characters that no header has'],
    ['headers.Key', 'text of 9 characters that no header may hold'],
    ['headersFile', 'text of 6 characters'],
  ]);
});

test('should show no secret when configuration, mistakes and results are printed', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'pitot-sinks-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const secrets = [KEY, 's3cret'];
  const file = join(directory, 'key');
  writeFileSync(file, 'no address but a s3cret');
  const input = {
    // Right, and each in a wrong place.
    hook: { kind: 'webhook', url: 'http://user:s3cret@127.0.0.1:9/s3cret?k=s3cret', headers: { Authorization: 'Bearer s3cret' } },
    file: { kind: 'webhook', urlFile: file },
    missing: { kind: 'webhook', urlFile: '/nowhere/s3cret' },
    env: { kind: 'pagerduty', routingKeyEnv: KEY },
    path: { kind: 'slack', urlFile: 'https://hooks.slack.com/s3cret' },
    bad: { kind: 'pagerduty', routingKey: `${KEY}!` },
    typo: { kind: 'webhook', url: { value: 's3cret' } },
    env2: { kind: 'webhook', urlEnv: 'HOOK', headersEnv: { A: 's3cret s3cret' } },
  };
  const { sinks, mistakes } = parseSinks(input, { HOOK: 's3cret' });
  t.deepEqual([...sinks.keys()], ['hook', 'file', 'missing']);
  const texts: string[] = [];
  const source = { service: 'ledger', host: 'box', pid: 1, version: '0' };
  const delivery = new Delivery({
    directory: join(directory, 'q'),
    sinks,
    source,
    onDropped: (_, reason) => texts.push(reason),
    onTrouble: (m) => texts.push(m),
  });
  delivery.onResult = (_, __, outcome) => texts.push(outcome.text);
  delivery.enqueue(alertOf('a'), [...sinks.keys()]);
  delivery.tick(Date.now());
  await delivery.settle(5000);
  t.deepEqual(texts.sort(), [
    'webhook file: waiting after try 1 (ERR_INVALID_URL)',
    'webhook hook: waiting after try 1 (ECONNREFUSED)',
    'webhook missing: waiting after try 1 (the file of urlFile cannot be read (ENOENT))',
  ]);
  const hidden = [...sinks.values()];
  const printed = [
    JSON.stringify(hidden),
    inspect(hidden, { depth: 9, showHidden: true }),
    JSON.stringify(mistakes),
    inspect(delivery, { depth: 9 }),
    `${hidden[0].url}`,
    ...texts,
  ];
  for (const text of printed) for (const secret of secrets) t.false(text.replaceAll('/nowhere/s3cret', '').includes(secret), text.slice(0, 300));
  delivery.close();
});

test('should read a file each time when its secret may rotate', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'pitot-sinks-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, 'url');
  // Not there yet when the configuration is read: it may be mounted later.
  const { sinks, mistakes } = parseSinks({ hook: { kind: 'webhook', urlFile: file } }, {});
  t.deepEqual(mistakes as SinkMistake[], []);
  const url = sinks.get('hook')?.url;
  const readings = ['http://one/', 'http://two/'].map((text) => {
    writeFileSync(file, `${text}\n`);
    return url?.reveal();
  });
  t.deepEqual(readings, ['http://one/', 'http://two/']);
  const why = (content: string): string => {
    writeFileSync(file, content);
    return t.throws(() => url?.reveal())?.message ?? '';
  };
  t.is(why(' \n'), 'the file of urlFile is empty');
  t.is(why('x'.repeat(20_000)), 'the file of urlFile is larger than a secret');
});

test('should take limits, and five an hour without, when a sink is written', (t) => {
  const url = 'http://ops/';
  const { sinks, mistakes } = parseSinks(
    {
      plain: { kind: 'webhook', url },
      own: { kind: 'webhook', url, limits: { count: 20, coolDown: '5m' } },
      bad: { kind: 'webhook', url, limits: { count: -1 } },
      worse: { kind: 'webhook', url, limits: { times: 3 } },
    },
    {},
  );
  t.deepEqual(
    [...sinks.values()].map(({ name, limits }) => [name, limits]),
    [
      ['plain', { count: 5, windowMs: 3_600_000, coolDownMs: 0 }],
      ['own', { count: 20, windowMs: 3_600_000, coolDownMs: 300_000 }],
    ],
  );
  t.deepEqual(
    mistakes.map(({ sink, field }) => [sink, field]),
    [
      ['bad', 'limits.count'],
      ['worse', 'limits.times'],
    ],
  );
});
