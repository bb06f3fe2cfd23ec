// What each receiver is sent: the webhook's fields, and the shapes that Slack and PagerDuty publish, written down here as JSON Schema.
import { Ajv } from 'ajv';
import test from 'ava';
import type { Alert } from '../../../src/core/alert-types.js';
import { boundAlert, cutAt, type Notification, parseNotification } from '../../../src/export/sinks/notification.js';
import { PAGERDUTY_BYTES_MAX, pagerDutyEvent } from '../../../src/export/sinks/pagerduty-payload.js';
import { escapeWithin, slackPayload } from '../../../src/export/sinks/slack-payload.js';
import { webhookPayload } from '../../../src/export/sinks/webhook-payload.js';
import { alertOf, resolved, START_MS } from './receiver.js';

const notify = (alert: Alert): Notification => ({
  v: 1,
  id: 'n1',
  sink: 'ops',
  queuedAtMs: START_MS,
  source: { service: 'ledger', host: 'box', pid: 42, version: '0.1.0' },
  alert: boundAlert(alert),
});

/** Every text and list as long as it can get, in characters that grow when they are escaped or encoded. */
const LARGE: Alert = alertOf('x'.repeat(300), {
  rule: '<'.repeat(200),
  message: '&'.repeat(100_000),
  runbook: '>'.repeat(100_000),
  evidence: Array.from({ length: 500 }, () => '\u4e16'.repeat(10_000)),
  actions: Array.from({ length: 500 }, () => '\u{1f600}'.repeat(10_000)),
  labels: Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`label${i}`, '\u0001'.repeat(200)])),
});

test('should hold the whole alert with its version when it goes to a webhook', (t) => {
  const alert = resolved(alertOf('a'));
  t.deepEqual(webhookPayload(notify(alert)), {
    version: 'pitot.alert/1',
    id: 'n1',
    service: 'ledger',
    host: 'box',
    pid: 42,
    queuedAt: '2026-03-01T12:00:00.000Z',
    alert,
  });
});

// docs.slack.dev/reference/block-kit/blocks: header, section and context blocks, and the composition object "text".
const slackText = (type: string, maxLength: number) => ({
  type: 'object',
  required: ['type', 'text'],
  additionalProperties: false,
  properties: { type: { const: type }, text: { type: 'string', minLength: 1, maxLength } },
});
const SLACK = {
  type: 'object',
  required: ['text', 'blocks'],
  additionalProperties: false,
  properties: {
    text: { type: 'string', minLength: 1, maxLength: 40_000 },
    blocks: {
      type: 'array',
      minItems: 1,
      maxItems: 50,
      items: {
        oneOf: [
          {
            type: 'object',
            required: ['type', 'text'],
            additionalProperties: false,
            properties: { type: { const: 'header' }, text: slackText('plain_text', 150) },
          },
          {
            type: 'object',
            required: ['type', 'text'],
            additionalProperties: false,
            properties: { type: { const: 'section' }, text: slackText('mrkdwn', 3000) },
          },
          {
            type: 'object',
            required: ['type', 'fields'],
            additionalProperties: false,
            properties: { type: { const: 'section' }, fields: { type: 'array', minItems: 1, maxItems: 10, items: slackText('mrkdwn', 2000) } },
          },
          {
            type: 'object',
            required: ['type', 'elements'],
            additionalProperties: false,
            properties: { type: { const: 'context' }, elements: { type: 'array', minItems: 1, maxItems: 10, items: slackText('mrkdwn', 2000) } },
          },
        ],
      },
    },
  },
};

// developer.pagerduty.com/docs/send-alert-event, Events API v2: the event and its PD-CEF payload; a key of any other length is answered with 400.
const PAGERDUTY = {
  type: 'object',
  required: ['routing_key', 'event_action', 'payload'],
  properties: {
    routing_key: { type: 'string', minLength: 32, maxLength: 32 },
    event_action: { enum: ['trigger', 'acknowledge', 'resolve'] },
    dedup_key: { type: 'string', minLength: 1, maxLength: 255 },
    client: { type: 'string' },
    client_url: { type: 'string' },
    payload: {
      type: 'object',
      required: ['summary', 'source', 'severity'],
      additionalProperties: false,
      properties: {
        summary: { type: 'string', minLength: 1, maxLength: 1024 },
        source: { type: 'string', minLength: 1 },
        severity: { enum: ['critical', 'error', 'warning', 'info'] },
        timestamp: { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+-]\\d\\d:?\\d\\d)$' },
        component: { type: 'string' },
        group: { type: 'string' },
        class: { type: 'string' },
        custom_details: { type: 'object' },
      },
    },
    images: { type: 'array' },
    links: { type: 'array' },
  },
  additionalProperties: false,
};

const ajv = new Ajv({ allErrors: true, strict: false });
const slackFaults = (payload: unknown): unknown => {
  const check = ajv.compile(SLACK);
  return check(payload) ? [] : check.errors;
};
const pagerDutyFaults = (payload: unknown): unknown => {
  const check = ajv.compile(PAGERDUTY);
  return check(payload) ? [] : check.errors;
};
const KEY = 'R0123456789ABCDEF0123456789ABCDE';
const SMALL = alertOf('s', { labels: {}, evidence: [], actions: [], runbook: '', message: '' });

test('should be what Slack takes when the alert is usual, as small and as large as can be', (t) => {
  for (const alert of [alertOf('a'), resolved(alertOf('a')), SMALL, LARGE]) t.deepEqual(slackFaults(slackPayload(notify(alert))), []);
  const { text, blocks } = slackPayload(notify(alertOf('a', { message: '5 < 6 & <!channel>' })));
  t.is(text, 'critical: command failure spike (ledger): 5 &lt; 6 &amp; &lt;!channel&gt;');
  t.deepEqual(blocks[0], { type: 'header', text: { type: 'plain_text', text: 'critical: command failure spike (ledger)' } });
  t.deepEqual(blocks[1], { type: 'section', text: { type: 'mrkdwn', text: '5 &lt; 6 &amp; &lt;!channel&gt;' } });
  t.deepEqual(blocks[4], { type: 'section', text: { type: 'mrkdwn', text: '*Runbook*\nLook for the pattern in the errors by type.' } });
  t.deepEqual(
    (slackPayload(notify(resolved(alertOf('a')))).blocks[0] as { text: { text: string } }).text.text,
    'resolved: command failure spike (ledger)',
  );
});

test('should end in an ellipsis and split nothing when a text is too long', (t) => {
  t.is(escapeWithin('ab<c', 7), 'ab&lt;…');
  t.is(escapeWithin('ab<c', 6), 'ab…');
  t.is(escapeWithin('abc', 4), 'abc');
  t.is(escapeWithin('\u{1f600}\u{1f600}', 4), '\u{1f600}…');
  t.is(escapeWithin('', 9), '–');
  t.is(cutAt('abcd', 4), 'abcd');
  t.is(cutAt('abcde', 4), 'abc…');
  t.is(cutAt('a\u{1f600}b', 3), 'a…');
});

test('should be what PagerDuty takes when the alert is usual, as small and as large as can be', (t) => {
  for (const alert of [alertOf('a'), resolved(alertOf('a')), SMALL, LARGE]) {
    const event = pagerDutyEvent(notify(alert), KEY);
    t.deepEqual(pagerDutyFaults(event), []);
    t.true(Buffer.byteLength(JSON.stringify(event)) <= PAGERDUTY_BYTES_MAX);
  }
  const event = pagerDutyEvent(notify(alertOf('a')), KEY);
  t.deepEqual(event, {
    routing_key: KEY,
    event_action: 'trigger',
    dedup_key: 'a',
    client: 'pitot',
    payload: {
      summary: 'ledger: 25 % of commands fail, more than 10 % for 2 min',
      source: 'box',
      severity: 'critical',
      timestamp: '2026-03-01T12:00:00.000Z',
      component: 'ledger',
      group: 'ledger',
      class: 'command failure spike',
      custom_details: {
        value: 0.25,
        threshold: 0.1,
        message: '25 % of commands fail, more than 10 % for 2 min',
        labels: { type: 'Transfer' },
        runbook: 'Look for the pattern in the errors by type.',
        evidence: ['312 of 1 248 commands failed in the last window.', 'All of them are Transfer.'],
        actions: ['flame: flame/CPU.1.cpuprofile'],
        pid: 42,
        pitot: '0.1.0',
      },
    },
  });
  t.deepEqual(
    (['critical', 'warning', 'info'] as const).map((severity) => pagerDutyEvent(notify(alertOf('a', { severity })), KEY).payload.severity),
    ['critical', 'warning', 'info'],
  );
});

test('should have one key from trigger to resolve when the id is long', (t) => {
  const long = alertOf('y'.repeat(300));
  const keys = [long, resolved(long)]
    .map((alert) => pagerDutyEvent(notify(alert), KEY))
    .map(({ dedup_key, event_action }) => [dedup_key, event_action]);
  t.deepEqual(
    keys.map(([, action]) => action),
    ['trigger', 'resolve'],
  );
  t.is(keys[0][0], keys[1][0]);
  t.is(keys[0][0].length, 64);
});

test('should find the faults when a payload is none that Slack or PagerDuty take', (t) => {
  // The schemas themselves: a test that lets all through would say nothing.
  t.not((slackFaults({ text: 'x', blocks: [{ type: 'section', text: { type: 'mrkdwn', text: '' } }] }) as unknown[]).length, 0);
  t.not((slackFaults({ text: 'x', blocks: [{ type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } }] }) as unknown[]).length, 0);
  t.not(
    (pagerDutyFaults({ routing_key: KEY, event_action: 'fire', payload: { summary: 'x', source: 'y', severity: 'bad' } }) as unknown[]).length,
    0,
  );
});

test('should read a notification back and nothing else when a file is read', (t) => {
  const notification = notify(alertOf('a'));
  t.deepEqual(parseNotification(JSON.stringify(notification)), notification);
  for (const text of ['', 'null', '[]', '{}', JSON.stringify({ ...notification, v: 2 }), JSON.stringify({ ...notification, alert: {} })]) {
    t.is(parseNotification(text), null, text);
  }
});
