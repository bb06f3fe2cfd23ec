// The font that ships with pitot: where it is, and how the canvas gets it. Without a font, @napi-rs/canvas draws text as nothing and says nothing.
import { readFileSync } from 'node:fs';
import { PitotError } from '../../../core/errors.js';
import type { CanvasLibrary } from './load-canvas.js';

/** The name it is registered by: not its own, because the machine's copy of the same font may be another version. */
export const FONT_FAMILY = 'pitot mono';
const FONT_FILES = ['jetbrains-mono-latin-400-normal.woff2', 'jetbrains-mono-latin-700-normal.woff2'];
/** From the deepest place this file is compiled to, up to the package root, and one to spare. */
const LEVELS_MAX = 7;

/** Registers the regular and the bold face, once a process. @throws PitotError INPUT_FILE naming the file that is missing or no font. */
export function registerFonts({ GlobalFonts }: CanvasLibrary, read: (file: string) => Buffer = readFont): void {
  if (facesOf(GlobalFonts) >= FONT_FILES.length) return;
  for (const file of FONT_FILES) {
    if (GlobalFonts.register(read(file), FONT_FAMILY) === null) throw fontError(file, 'bytes that are no font');
  }
  const faces = facesOf(GlobalFonts);
  if (faces < FONT_FILES.length) throw fontError(FONT_FILES.join(', '), `${faces} faces of it`);
}

/** Looks upward from this file, because it is bundled at another depth than it is compiled. */
export function readFont(file: string, from: string = import.meta.url): Buffer {
  let directory = new URL('.', from);
  let received = '';
  for (let level = 0; level < LEVELS_MAX; level++, directory = new URL('..', directory)) {
    try {
      return readFileSync(new URL(`assets/fonts/${file}`, directory));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT' || received === '') received = code ?? String(error);
    }
  }
  throw fontError(file, received);
}

const facesOf = (fonts: CanvasLibrary['GlobalFonts']): number => fonts.families.find(({ family }) => family === FONT_FAMILY)?.styles.length ?? 0;

function fontError(file: string, received: string): PitotError {
  return new PitotError('INPUT_FILE', {
    option: `assets/fonts/${file}`,
    allowed: 'the font that ships with pitot',
    received,
    remedy: 'Install pitot again.',
  });
}
