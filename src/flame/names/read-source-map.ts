// Reads a script's source map from disk: the comment at the end of the script, and the map that it holds or names.
import { closeSync, openSync, readFileSync, readSync, type Stats, statSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { pathOfUrl } from './frame-name.js';

/** What the end of a script is read for. A map inside the script is longer: then the script is read whole. */
const TAIL_BYTES = 4096;

/** Where the map of a script is: inside it, or in a file. */
export type SourceMapPlace = {
  /** The script, as V8 counts its lines and columns. */
  script: string;
  /** What the map's sources are relative to: its own URL. */
  url: string;
} & ({ map: string } | { mapFile: string });

/**
 * Null: the script names no map.
 * @throws Error with a message for people where it names one that cannot be had.
 */
export function findSourceMap(scriptFile: string, scriptBytes: number, bytesMax: number): SourceMapPlace | null {
  const tail = readTail(scriptFile, scriptBytes);
  let reference = lastReference(tail);
  // A tail without a space may be the end of a long data: URL; code has one in 4 KB, even where it is minified.
  if (reference === null && (tail.length < TAIL_BYTES || /\s/.test(tail.trim()))) return null;
  if (scriptBytes > bytesMax) throw new Error(`the script has ${scriptBytes} bytes, more than ${bytesMax}`);
  // Node.js takes the mark at a script's start off, too.
  const script = readFileSync(scriptFile, 'utf8').replace(/^\ufeff/, '');
  reference ??= lastReference(script);
  if (reference === null) return null;
  if (reference.startsWith('data:')) return { script, url: pathToFileURL(scriptFile).href, map: dataOf(reference) };
  if (/^[a-z][a-z0-9+.-]+:/i.test(reference) && !reference.startsWith('file:')) throw new Error('the map is no file of this machine');
  const mapFile = mapFileOf(reference, scriptFile);
  return { script, url: pathToFileURL(mapFile).href, mapFile };
}

/** @throws Error with a message for people where there is no such file, or one larger than that. */
export function readMapFile(mapFile: string, bytesMax: number): string {
  const stat = statFile(mapFile);
  if (stat === null) throw new Error(`there is no map ${mapFile}`);
  if (stat.size > bytesMax) throw new Error(`the map has ${stat.size} bytes, more than ${bytesMax}`);
  return readFileSync(mapFile, 'utf8');
}

/** Null where there is no ordinary file. */
export function statFile(path: string): Stats | null {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat?.isFile() ? stat : null;
}

function readTail(file: string, bytes: number): string {
  const tail = Buffer.alloc(Math.min(TAIL_BYTES, bytes));
  const fd = openSync(file, 'r');
  try {
    return tail.toString('latin1', 0, readSync(fd, tail, 0, tail.length, bytes - tail.length));
  } finally {
    closeSync(fd);
  }
}

function lastReference(text: string): string | null {
  const at = Math.max(text.lastIndexOf('# sourceMappingURL='), text.lastIndexOf('@ sourceMappingURL='));
  const match = at < 2 ? null : /^\/[/*][#@]\s+sourceMappingURL=(\S+)/.exec(text.slice(at - 2));
  return match === null ? null : match[1].replace(/\*\/$/, '');
}

function dataOf(url: string): string {
  const comma = url.indexOf(',');
  if (comma < 0) throw new Error('the map inside the script has no data');
  const data = url.slice(comma + 1);
  return url.slice(0, comma).endsWith(';base64') ? Buffer.from(data, 'base64').toString() : decodeURIComponent(data);
}

function mapFileOf(reference: string, scriptFile: string): string {
  const path = pathOfUrl(reference.startsWith('file:') ? reference : `file:${reference.replace(/^(?=[^/])/, './')}`);
  return isAbsolute(path) ? path : resolve(dirname(scriptFile), path.replace(/^file:/, ''));
}
