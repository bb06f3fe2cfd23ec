// What Slack's incoming webhook is sent: blocks, within Slack's lengths. Source: docs.slack.dev, "Block Kit" reference.
import type { Alert } from '../../core/alert-types.js';
import { cutAt, type Notification } from './notification.js';

/** Slack's bounds, characters: header text, section text, section field, and our own for the text of a notification. */
const HEADER_MAX = 150;
const SECTION_MAX = 3000;
const FIELD_MAX = 2000;
const TEXT_MAX = 4000;
/** Fields of one section. */
const FIELDS_MAX = 10;

interface PlainText {
  type: 'plain_text';
  text: string;
}

interface Markdown {
  type: 'mrkdwn';
  text: string;
}

export type SlackBlock =
  | { type: 'header'; text: PlainText }
  | { type: 'section'; text: Markdown }
  | { type: 'section'; fields: Markdown[] }
  | { type: 'context'; elements: Markdown[] };

export interface SlackPayload {
  /** For notifications, and for readers that show no blocks. */
  text: string;
  blocks: SlackBlock[];
}

export function slackPayload({ source, alert }: Notification): SlackPayload {
  const title = `${alert.state === 'resolved' ? 'resolved' : alert.severity}: ${alert.rule} (${source.service})`;
  const blocks: SlackBlock[] = [
    { type: 'header', text: { type: 'plain_text', text: cutAt(title, HEADER_MAX) } },
    { type: 'section', text: markdown(alert.message || alert.rule, SECTION_MAX) },
    { type: 'section', fields: fieldsOf(alert) },
  ];
  if (alert.evidence.length > 0) blocks.push(titled('Evidence', alert.evidence.map((line) => `• ${line}`).join('\n')));
  if (alert.runbook !== '') blocks.push(titled('Runbook', alert.runbook));
  if (alert.actions.length > 0) blocks.push(titled('Actions', alert.actions.map((line) => `• ${line}`).join('\n')));
  blocks.push({
    type: 'context',
    elements: [markdown(`${source.host}, process ${source.pid}, pitot ${source.version}, alert ${alert.id}`, FIELD_MAX)],
  });
  return { text: escapeWithin(`${title}: ${alert.message}`, TEXT_MAX), blocks };
}

function fieldsOf(alert: Alert): Markdown[] {
  const fields: [string, string][] = [
    ['Value', String(alert.value)],
    ['Threshold', String(alert.threshold)],
    ['Since', alert.since],
  ];
  if (alert.resolvedAt !== undefined) fields.push(['Resolved', alert.resolvedAt]);
  fields.push(...Object.entries(alert.labels));
  return fields.slice(0, FIELDS_MAX).map(([name, value]) => ({ type: 'mrkdwn', text: `*${escapeWithin(name, 200)}*\n${escapeWithin(value, 1000)}` }));
}

const markdown = (text: string, charsMax: number): Markdown => ({ type: 'mrkdwn', text: escapeWithin(text, charsMax) });

const titled = (title: string, text: string): SlackBlock => ({
  type: 'section',
  text: { type: 'mrkdwn', text: `*${title}*\n${escapeWithin(text, SECTION_MAX - title.length - 3)}` },
});

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Escapes what Slack reads as a link or a mention (as <!channel>), and ends before the bound without cutting an entity in two. Never empty: Slack refuses that. */
export function escapeWithin(text: string, charsMax: number): string {
  let out = '';
  for (const char of text === '' ? '–' : text) {
    const piece = ENTITIES[char] ?? char;
    if (out.length + piece.length > charsMax - 1) return `${out}…`;
    out += piece;
  }
  return out;
}
