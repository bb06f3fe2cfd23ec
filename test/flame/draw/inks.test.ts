// Colours: labels can be read on all of them, packages keep theirs, changes are graded.
import test from 'ava';
import type { DrawnNode } from '../../../src/flame/draw/drawn-tree.js';
import { inkOfChange, inkOfFrame, inkTable, PACKAGE_HUES, packageHue } from '../../../src/flame/draw/inks.js';

const luminance = (hex: string): number => {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a: string, b: string): number => {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
};

for (const dark of [false, true]) {
  test(`should be read with a contrast of 4.5 when a label stands on any ${dark ? 'dark' : 'light'} ink`, (t) => {
    const table = inkTable(dark);
    t.is(Object.keys(table).length, 8 + PACKAGE_HUES + 11);
    t.deepEqual(
      Object.entries(table).filter(([, { fill, text }]) => contrast(fill, text) < 4.5),
      [],
    );
    t.is(new Set(Object.values(table).map(({ text }) => text)).size, 1, 'svg.ts writes all labels with one rule');
  });
}

test('should name the ink by kind, and that of a package by its name, when a frame is coloured', (t) => {
  t.is(inkOfFrame({ kind: 'user', package: '' }), 'user');
  t.is(inkOfFrame({ kind: 'gc', package: '' }), 'gc');
  t.is(inkOfFrame({ kind: 'package', package: 'fastify' }), `package-${packageHue('fastify')}`);
  t.deepEqual(['fastify', 'pg', 'express', '@napi-rs/canvas', ''].map(packageHue), [6, 2, 8, 7, 6]);
  const used = new Set(Array.from({ length: 200 }, (_, i) => packageHue(`package-${i}`)));
  t.is(used.size, PACKAGE_HUES);
});

test('should grade a change by its part of the larger side when it is more than noise', (t) => {
  const ink = (beforeTotalUs: number, totalUs: number, significant = true, kind: DrawnNode['kind'] = 'frame'): string =>
    inkOfChange({ kind, totalUs, beforeTotalUs, significant } as DrawnNode);
  t.deepEqual([ink(100, 105), ink(100, 120), ink(100, 140), ink(100, 300), ink(0, 100)], ['more-1', 'more-2', 'more-3', 'more-4', 'more-5']);
  t.deepEqual([ink(100, 95), ink(100, 85), ink(100, 70), ink(100, 40), ink(100, 0)], ['less-1', 'less-2', 'less-3', 'less-4', 'less-5']);
  t.is(ink(100, 300, false), 'noise');
  t.is(ink(100, 100), 'noise');
  t.is(ink(0, 100, true, 'small'), 'none');
});
