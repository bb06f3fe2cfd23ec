// The PNG: its size, and that every label is drawn where it should stand, on a machine with fonts and on one without.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import test from 'ava';
import { PitotError } from '../../../src/core/errors.js';
import { DARK, LIGHT } from '../../../src/flame/draw/canvas/palette.js';
import { flamePicture, type Picture, type PictureText } from '../../../src/flame/draw/flame-picture.js';
import { inkTable } from '../../../src/flame/draw/inks.js';
import { measureMonospace } from '../../../src/flame/draw/monospace.js';
import { flamePng } from '../../../src/flame/draw/png.js';
import { bitmapSpec } from './bitmap-tree.js';
import { call, callTree, chain } from './hand-made-tree.js';

const root = callTree(bitmapSpec());
const options = { title: 'ledger', subtitle: 'window 12' };
const sizeOf = (png: Uint8Array): [number, number] => [Buffer.from(png).readUInt32BE(16), Buffer.from(png).readUInt32BE(20)];
const textsOf = ({ shapes }: Picture): PictureText[] => shapes.filter((shape) => shape.kind === 'text');

async function pixelsOf(png: Uint8Array): Promise<(x: number, y: number) => string> {
  const image = await loadImage(Buffer.from(png));
  const context = createCanvas(image.width, image.height).getContext('2d');
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  return (x, y) => `#${Buffer.from(data.subarray((y * image.width + x) * 4, (y * image.width + x) * 4 + 3)).toString('hex')}`;
}

test('should be 1,600 pixels across and as high as its rows when nothing else is asked for', async (t) => {
  const png = await flamePng(root, options);
  t.is(Buffer.from(png.subarray(0, 8)).toString('hex'), '89504e470d0a1a0a');
  t.deepEqual(sizeOf(png), [1600, Math.round(flamePicture(root, { ...options, widthPx: 1280 }).heightPx * 1.25)]);
  t.deepEqual(sizeOf(await flamePng(root, { ...options, widthPx: 500, scale: 2 }))[0], 1000);
});

for (const dark of [false, true]) {
  test(`should ink every text on the colour it should stand on when a ${dark ? 'dark' : 'light'} picture is looked at`, async (t) => {
    const picture = flamePicture(root, { ...options, widthPx: 1280, dark });
    const pixel = await pixelsOf(await flamePng(root, { ...options, scale: 1, dark }));
    const { paper } = dark ? DARK : LIGHT;
    const texts = textsOf(picture);
    t.true(texts.length > 15, `${texts.length} texts`);
    for (const { text, x, baselineY, style, align, ink } of texts) {
      const ground = typeof ink === 'object' ? inkTable(dark)[ink.on].fill : paper;
      const widthPx = measureMonospace(text, style);
      const fromX = Math.ceil(align === 'right' ? x - widthPx : x);
      const counts = { inked: 0, ground: 0 };
      for (let py = Math.round(baselineY - 0.7 * style.sizePx); py < baselineY; py++) {
        for (let px = fromX; px < fromX + Math.floor(widthPx); px++) counts[pixel(px, py) === ground ? 'ground' : 'inked']++;
      }
      t.true(counts.inked > 0.08 * (counts.inked + counts.ground), `${text}: ${JSON.stringify(counts)}`);
      t.true(counts.ground > 0.2 * (counts.inked + counts.ground), `${text}: ${JSON.stringify(counts)}`);
    }
  });
}

test('should draw the same picture to the byte when the machine has no fonts', async (t) => {
  const script = `
    const { createHash } = await import('node:crypto');
    const { flamePng } = await import(${JSON.stringify(new URL('../../../src/flame/draw/png.js', import.meta.url).href)});
    const { bitmapSpec } = await import(${JSON.stringify(new URL('./bitmap-tree.js', import.meta.url).href)});
    const { callTree } = await import(${JSON.stringify(new URL('./hand-made-tree.js', import.meta.url).href)});
    const { GlobalFonts } = await import('@napi-rs/canvas');
    const before = GlobalFonts.families.length;
    const png = await flamePng(callTree(bitmapSpec()), { title: 'ledger', subtitle: 'window 12' });
    console.log(JSON.stringify([before, createHash('sha256').update(png).digest('hex')]));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: fileURLToPath(new URL('../../..', import.meta.url)),
    env: { PATH: process.env.PATH, DISABLE_SYSTEM_FONTS_LOAD: '1', FONTCONFIG_FILE: '/dev/null' },
  });
  const here = createHash('sha256')
    .update(await flamePng(root, options))
    .digest('hex');
  t.deepEqual(JSON.parse(stdout), [0, here]);
});

test('should be no higher than 100 rows when a tree is 9,000 deep', async (t) => {
  const deep = callTree(chain(Array.from({ length: 9000 }, (_, i) => `f${i}`)));
  const [, heightPx] = sizeOf(await flamePng(deep, { ...options, scale: 1 }));
  t.true(heightPx > 1800 && heightPx < 1950, `${heightPx} px`);
});

test('should be a picture that says so when there is no sample', async (t) => {
  const [widthPx, heightPx] = sizeOf(await flamePng(callTree(call('(root)', 0)), options));
  t.deepEqual([widthPx, heightPx < 150], [1600, true]);
});

test('should name the option when width or scale is out of range', async (t) => {
  for (const [wrong, message] of [
    [{ widthPx: 4001 }, 'width: expected a number of pixels 300..4000, received 4001. Leave it out, or choose one.'],
    [{ scale: 5 }, 'scale: expected a number 1..4, and no more than 8000 pixels across, received 5. Leave it out, or choose one.'],
    [{ scale: Number.NaN }, 'scale: expected a number 1..4, and no more than 8000 pixels across, received NaN. Leave it out, or choose one.'],
    [{ widthPx: 4000, scale: 3 }, 'scale: expected a number 1..4, and no more than 8000 pixels across, received 3. Leave it out, or choose one.'],
  ] as const) {
    const error = await t.throwsAsync(flamePng(root, { ...options, ...wrong }), { instanceOf: PitotError, code: 'API_MISUSE' });
    t.is(error?.message, message);
  }
});
