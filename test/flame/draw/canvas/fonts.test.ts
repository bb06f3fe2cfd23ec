// The font that ships: found, registered, and an error where it is missing or damaged; never a blank picture.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import test from 'ava';
import { PitotError } from '../../../../src/core/errors.js';
import { FONT_FAMILY, readFont, registerFonts } from '../../../../src/flame/draw/canvas/fonts.js';
import type { CanvasLibrary } from '../../../../src/flame/draw/canvas/load-canvas.js';

const REGULAR = 'jetbrains-mono-latin-400-normal.woff2';
const ROOT = new URL('../../../../../', import.meta.url);

/** A font registry that takes what starts as WOFF2 does. */
function fakeLibrary(faces = 2): { library: CanvasLibrary; registered: string[] } {
  const registered: string[] = [];
  const GlobalFonts = {
    get families() {
      return registered.length === 0 ? [] : [{ family: FONT_FAMILY, styles: Array.from({ length: Math.min(faces, registered.length) }) }];
    },
    register(bytes: Buffer, family: string) {
      if (bytes.toString('latin1', 0, 4) !== 'wOF2') return null;
      registered.push(family);
      return {};
    },
  };
  return { library: { GlobalFonts } as unknown as CanvasLibrary, registered };
}

test('should find the same font when it looks from src, build and dist', (t) => {
  const hash = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
  const expected = hash(readFileSync(new URL(`assets/fonts/${REGULAR}`, ROOT)));
  for (const from of ['src/flame/draw/canvas/fonts.ts', 'build/src/flame/draw/canvas/fonts.js', 'dist/src/cli-fonts.js', 'dist/workers/heavy.js'])
    t.is(hash(readFont(REGULAR, new URL(from, ROOT).href)), expected, from);
});

test('should ship its licence when the font ships', (t) => {
  t.regex(readFileSync(new URL('assets/fonts/OFL.txt', ROOT), 'utf8'), /SIL OPEN FONT LICENSE Version 1\.1/);
  t.true(existsSync(new URL('assets/fonts/jetbrains-mono-latin-700-normal.woff2', ROOT)));
});

test('should register two faces once when it is asked twice', (t) => {
  const { library, registered } = fakeLibrary();
  registerFonts(library);
  registerFonts(library);
  t.deepEqual(registered, [FONT_FAMILY, FONT_FAMILY]);
});

test('should name the file when the font is missing', (t) => {
  const error = t.throws(() => readFont(REGULAR, 'file:///a/b/c/d.js'), { instanceOf: PitotError, code: 'INPUT_FILE' });
  t.is(error?.message, `assets/fonts/${REGULAR}: expected the font that ships with pitot, received ENOENT. Install pitot again.`);
});

test('should name the file when its bytes are no font', (t) => {
  const error = t.throws(() => registerFonts(fakeLibrary().library, () => Buffer.from('damaged')), { instanceOf: PitotError, code: 'INPUT_FILE' });
  t.is(error?.message, `assets/fonts/${REGULAR}: expected the font that ships with pitot, received bytes that are no font. Install pitot again.`);
});

test('should be an error when the registry took both files and holds one face', (t) => {
  const error = t.throws(() => registerFonts(fakeLibrary(1).library), { instanceOf: PitotError, code: 'INPUT_FILE' });
  t.regex(error?.message ?? '', /received 1 faces of it/);
});
