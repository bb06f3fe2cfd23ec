// Escaping: nothing that comes in as text leaves as markup.
import test from 'ava';
import { escapeHtml, html, jsonForScript } from '../../../../src/flame/draw/page/markup.js';
import { HOSTILE } from '../../../fixtures/html/hostile-run.js';

test('should escape the five characters that mean something in HTML', (t) => {
  t.is(escapeHtml(`<a b="c" d='e'>&</a>`), '&#60;a b=&#34;c&#34; d=&#39;e&#39;&#62;&#38;&#60;/a&#62;');
});

test('should escape text and keep markup when both are interpolated', (t) => {
  t.is(html`<p>${'<b>'}${html`<i>${'&'}</i>`}</p>`.text, '<p>&#60;b&#62;<i>&#38;</i></p>');
});

test('should join lists, print numbers and zero, and leave out false, null and undefined', (t) => {
  t.is(html`${['a', html`<b></b>`, ['c', 1]]}|${0}|${false}${null}${undefined}`.text, 'a<b></b>c1|0|');
});

test('should give back the same value and hold no angle bracket when JSON stands in a script', (t) => {
  const json = jsonForScript({ HOSTILE, [HOSTILE[0]]: HOSTILE[1] });
  t.notRegex(json, /[<>&\u2028\u2029]/);
  t.deepEqual(JSON.parse(json), { HOSTILE, [HOSTILE[0]]: HOSTILE[1] });
});
