// Cutting by measured width, runs on a line, and text made safe to draw.
import test from 'ava';
import { fitText, oneLine } from '../../../src/flame/draw/canvas/fit-text.js';
import { layFigure, layRuns } from '../../../src/report/png/runs-of-text.js';
import { FIGURE, type Measure } from '../../../src/report/png/scene.js';

/** 10 px a character; `i` 5 px: cutting by count would be wrong. */
const measure: Measure = (text) => Array.from(text).reduce((sum, character) => sum + (character === 'i' ? 5 : 10), 0);
const fit = (text: string, widthPx: number): string => fitText(text, widthPx, FIGURE, measure);

test('should leave the text when it fits, and cut it by width when it does not', (t) => {
  t.is(fit('abcd', 40), 'abcd');
  t.is(fit('abcd', 39), 'ab…');
  t.is(fit('iiii', 20), 'iiii');
  t.is(fit('iiiiiiii', 30), 'iiii…');
  t.is(fit('abcd', 10), '…');
  t.is(fit('abcd', 9), '');
  t.is(fit('', 0), '');
});

test('should cut between characters and before spaces when it cuts', (t) => {
  t.is(fit('𝒜𝒜𝒜𝒜', 30), '𝒜𝒜…');
  t.is(fit('ab cd', 40), 'ab…');
});

test('should show what cannot be drawn when text holds it', (t) => {
  t.is(oneLine(' a\n\tb\u2028c '), 'a b c');
  t.is(oneLine('x\u0000y\u202ez\ud800'), 'x?y?z?');
  t.is(oneLine('GET /accounts/:id – µ'), 'GET /accounts/:id – µ');
  t.is(oneLine('n'.repeat(5000)).length, 600);
});

test('should cut the run at the edge and leave out the rest when a line is full', (t) => {
  const runs = ['aaa', 'bbb', 'ccc'].map((text) => ({ text, ink: 'ink' as const }));
  const laid = (widthPx: number) => layRuns(runs, 100, 0, widthPx, FIGURE, measure).map(({ text, x }) => [text, x]);
  t.deepEqual(laid(90), [
    ['aaa', 100],
    ['bbb', 130],
    ['ccc', 160],
  ]);
  t.deepEqual(laid(80), [
    ['aaa', 100],
    ['bbb', 130],
    ['c…', 160],
  ]);
  t.deepEqual(laid(70), [
    ['aaa', 100],
    ['bbb', 130],
    ['…', 160],
  ]);
  t.deepEqual(laid(60), [
    ['aaa', 100],
    ['bb…', 130],
  ]);
  t.deepEqual(laid(5), []);
});

test('should end at the right edge with a soft unit when a figure has one', (t) => {
  const laid = (figure: string) => layFigure(figure, 200, 0, FIGURE, measure).map(({ text, x, ink, align }) => [text, x, ink, align]);
  t.deepEqual(laid('1.23 ms'), [
    ['1.23', 170, 'ink', 'right'],
    ['ms', 200, 'soft', 'right'],
  ]);
  t.deepEqual(laid('1,234'), [['1,234', 200, 'ink', 'right']]);
});
