// The picture as a PNG: its size, and that what should be read is drawn, on a machine with fonts and on one without.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';
import { PitotError } from '../../../src/core/errors.js';
import { layoutRun } from '../../../src/report/png/layout-run.js';
import { renderRunPng } from '../../../src/report/png/render-run-png.js';
import type { TextShape } from '../../../src/report/png/scene.js';
import type { RunSummary } from '../../../src/report/report-types.js';
import { emptyRun } from '../../fixtures/html/empty-run.js';
import { hostileRun } from '../../fixtures/html/hostile-run.js';
import { largeRun } from '../../fixtures/html/large-run.js';
import { ledgerRun } from '../../fixtures/html/ledger-run.js';
import { boxOf, monoMeasure, pngSize, readBitmap } from './bitmap.js';

const PNG_MAGIC = '89504e470d0a1a0a';
const textsOf = (run: RunSummary, width = 1200): TextShape[] => layoutRun(run, width, monoMeasure).shapes.filter((shape) => shape.kind === 'text');

test('should be exactly as wide and high as asked when it is drawn at several sizes', async (t) => {
  const run = ledgerRun();
  for (const [width, scale] of [
    [1200, 2],
    [1000, 1],
    [1333, 1.5],
  ]) {
    const png = await renderRunPng(run, { width, scale });
    t.is(png.subarray(0, 8).toString('hex'), PNG_MAGIC);
    t.deepEqual(pngSize(png), [Math.round(width * scale), Math.round(layoutRun(run, width, monoMeasure).heightPx * scale)]);
  }
  t.deepEqual(pngSize(await renderRunPng(run)), pngSize(await renderRunPng(run, { width: 1200, scale: 2 })));
});

for (const dark of [false, true]) {
  test(`should ink every text and leave the margins blank when a ${dark ? 'dark' : 'light'} picture is looked at`, async (t) => {
    const run = ledgerRun();
    const bitmap = await readBitmap(await renderRunPng(run, { scale: 2, dark }), 2);
    const texts = textsOf(run);
    t.true(texts.length > 100, `${texts.length} texts`);
    // A dot fills least; an unset text fills nothing.
    t.deepEqual(
      texts.filter((shape) => bitmap.inkRatio(boxOf(shape)) < 0.02).map(({ text }) => text),
      [],
    );
    const height = bitmap.height / 2;
    for (const box of [
      { x: 0, y: 0, width: 20, height },
      { x: 1180, y: 0, width: 20, height },
      { x: 0, y: height - 10, width: 1200, height: 10 },
    ])
      t.is(bitmap.inkRatio(box), 0);
    // Beside the title, as large as the title: blank, so the boxes above are not inked by chance.
    const title = boxOf(texts[0]);
    t.is(bitmap.inkRatio({ ...title, x: title.x + title.width + 40 }), 0);
  });
}

test('should draw the same picture to the byte when the machine has no fonts', async (t) => {
  const script = `
    const { createHash } = await import('node:crypto');
    const { renderRunPng } = await import(${JSON.stringify(new URL('../../../src/report/png/render-run-png.js', import.meta.url).href)});
    const { ledgerRun } = await import(${JSON.stringify(new URL('../../fixtures/html/ledger-run.js', import.meta.url).href)});
    const { GlobalFonts } = (await import('@napi-rs/canvas'));
    const before = GlobalFonts.families.length;
    const png = await renderRunPng(ledgerRun(), { scale: 1 });
    console.log(JSON.stringify([before, GlobalFonts.families.map(({ family }) => family), createHash('sha256').update(png).digest('hex')]));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: fileURLToPath(new URL('../../..', import.meta.url)),
    env: { PATH: process.env.PATH, DISABLE_SYSTEM_FONTS_LOAD: '1', FONTCONFIG_FILE: '/dev/null' },
  });
  const [familiesBefore, families, hash] = JSON.parse(stdout) as [number, string[], string];
  t.is(familiesBefore, 0);
  t.true(families.includes('pitot mono'));
  const here = await renderRunPng(ledgerRun(), { scale: 1 });
  t.is(hash, createHash('sha256').update(here).digest('hex'));
});

test('should draw the same picture when one is drawn after the other and at once', async (t) => {
  const [first, ...others] = await Promise.all([0, 1, 2].map(() => renderRunPng(ledgerRun(), { scale: 1 })));
  for (const other of others) t.true(first.equals(other));
});

test('should show that there is nothing when a run recorded nothing', async (t) => {
  const png = await renderRunPng(emptyRun(), { scale: 1 });
  const bitmap = await readBitmap(png, 1);
  const texts = textsOf(emptyRun());
  const read = texts.map(({ text }) => text);
  t.true(read.includes('No path was recorded.'));
  t.true(read.includes('No runtime sample was taken: the run ended before the first was due.'));
  t.true(texts.every((shape) => bitmap.inkRatio(boxOf(shape)) > 0.02));
  t.true(bitmap.height < 400, `${bitmap.height} px`);
});

test('should be no higher than with ten when there are 2 000 paths', async (t) => {
  const [few, many] = await Promise.all([largeRun(10), largeRun(2000)].map((run) => renderRunPng(run, { scale: 1 })));
  t.deepEqual(pngSize(many), pngSize(few));
  t.true(textsOf(largeRun(2000)).some(({ text }) => text.startsWith('10 of 2,000, by total time')));
});

test('should keep every text between the margins when names are long and hostile', async (t) => {
  const run = hostileRun();
  const bitmap = await readBitmap(await renderRunPng(run, { scale: 1 }), 1);
  t.is(bitmap.inkRatio({ x: 1173, y: 0, width: 27, height: bitmap.height }), 0);
  t.deepEqual(
    textsOf(run).filter(({ text }) => /[\p{C}\p{Zl}\p{Zp}]/u.test(text)),
    [],
  );
});

test('should name the option when width or scale is out of range', async (t) => {
  for (const [options, message] of [
    [{ width: 999 }, 'width: expected a number 1000..3200, received 999. Leave it out, or choose one.'],
    [{ width: Number.NaN }, 'width: expected a number 1000..3200, received NaN. Leave it out, or choose one.'],
    [{ scale: 5 }, 'scale: expected a number 1..4, received 5. Leave it out, or choose one.'],
  ] as const) {
    const error = await t.throwsAsync(renderRunPng(emptyRun(), options), { instanceOf: PitotError, code: 'API_MISUSE' });
    t.is(error?.message, message);
  }
});
