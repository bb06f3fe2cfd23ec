// The rules, folded: each with its state, and why it fires or does not.
import { html, type Markup } from '../../../flame/draw/page/markup.js';
import { rulesInOrder, rulesInWords } from '../../finding-order.js';
import type { RuleStatus } from '../../report-types.js';
import { staticTable } from './static-table.js';
import { tag } from './tag.js';
import { unbroken } from './unbroken.js';

export function rulesSection(rules: readonly RuleStatus[]): Markup {
  return html`<section id="rules"><h2>Rules</h2>
<details class="fold"><summary>${rulesInWords(rules)}: why each fires or does not</summary>
${staticTable<RuleStatus>(
  'Rules',
  [
    { name: 'State', cell: ({ state }) => tag(state, state === 'firing' || state === 'invalid' ? 'bad' : state === 'pending' ? 'warn' : 'calm') },
    { name: 'Severity', cell: ({ severity }) => severity },
    { name: 'Rule', cell: ({ rule, why }) => html`<b>${rule}</b><div class="note-line">${unbroken(why)}</div>` },
  ],
  rulesInOrder(rules),
)}</details></section>`;
}
