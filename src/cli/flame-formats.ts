// What `pitot flame` writes, by the ending of the file's name.
import { basename } from 'node:path';
import type { CallNode } from '../flame/call-tree.js';
import type { NamedProfile } from '../flame/profile.js';
import { usageError } from './parse-args.js';

const FORMATS = ['.svg', '.html', '.png', '.folded', '.pb.gz', '.speedscope.json', '.cpuprofile'] as const;
export type FlameFormat = (typeof FORMATS)[number];
/** Formats that are looked at; the others are data, and hold all that was read. */
export const DRAWN: readonly FlameFormat[] = ['.svg', '.html', '.png'];
/** Drawings of a fixed width. */
export const PICTURES: readonly FlameFormat[] = ['.svg', '.png'];
/** The file's pixels a CSS pixel, so that labels of a picture of 1600 pixels are read without zooming. */
const PNG_SCALE = 1.25;

export interface FlameOptions {
  title: string;
  /** Where the profile was read, for the subtitle. */
  file: string;
  /** Pixels of the file. */
  widthPx?: number;
  idle?: boolean;
  dark?: boolean;
}

/** @throws PitotError CLI_USAGE for a name whose ending is none of FORMATS. */
export function flameFormat(output: string): FlameFormat {
  const format = FORMATS.find((ending) => output.toLowerCase().endsWith(ending));
  if (format !== undefined) return format;
  const list = `${FORMATS.slice(0, -1).join(', ')} or ${FORMATS.at(-1)}`;
  throw usageError('--output', `a file that ends in ${list}`, output, 'Name it for what it is to hold.');
}

/** @throws PitotError for several threads in a format that holds one, and where a drawing's library or font is missing. */
export async function writeFlame(format: FlameFormat, profiles: readonly NamedProfile[], options: FlameOptions): Promise<string | Uint8Array> {
  if (format === '.pb.gz') return (await import('../flame/formats/pprof.js')).encodePprof(profiles);
  if (format === '.speedscope.json') return JSON.stringify((await import('../flame/formats/speedscope.js')).toSpeedscope(profiles, options.title));
  if (format === '.cpuprofile') return JSON.stringify((await import('../flame/formats/cpu-profile.js')).toCpuProfile(onlyOne(profiles)));
  const { sumProfiles } = await import('../flame/sum-profiles.js');
  const root = sumProfiles(profiles);
  if (format === '.folded') return (await import('../flame/formats/folded.js')).toFolded(root);
  const { title, widthPx, idle, dark } = options;
  const drawing = { title, subtitle: subtitleOf(root, profiles, options.file), idle };
  if (format === '.html') return (await import('../flame/draw/html/flame-page.js')).flameHtml(root, { ...drawing, dark });
  if (format === '.svg') return (await import('../flame/draw/svg.js')).flameSvg(root, { ...drawing, dark, widthPx });
  const { flamePng } = await import('../flame/draw/png.js');
  return flamePng(root, { ...drawing, dark, ...(widthPx === undefined ? {} : { widthPx: widthPx / PNG_SCALE }), scale: PNG_SCALE });
}

function subtitleOf(root: CallNode, profiles: readonly NamedProfile[], file: string): string {
  const samples = root.totalSamples;
  const threads = [...new Set(profiles.map(({ thread }) => thread))];
  const [intervalUs] = profiles.map((profile) => profile.intervalUs);
  return [
    basename(file),
    threads.length <= 3 ? threads.join(', ') : `${threads.length} threads`,
    `${samples.toLocaleString('en-US')} ${samples === 1 ? 'sample' : 'samples'}${intervalUs > 0 ? ` of ${intervalUs / 1000} ms` : ''}`,
  ].join(' · ');
}

function onlyOne(profiles: readonly NamedProfile[]): NamedProfile {
  if (profiles.length === 1) return profiles[0];
  const threads = profiles.map(({ thread }) => thread).join(', ');
  throw usageError(
    '--output',
    'a format that holds several threads',
    '.cpuprofile',
    `Choose one with --thread (${threads}), or write .speedscope.json.`,
  );
}
