// Source maps of scripts on this disk, read when a frame asks for them and kept within a bound.
import { createRequire } from 'node:module';
import { isAbsolute } from 'node:path';
import { pathOfUrl } from './frame-name.js';
import { type MappedScript, originalFunction } from './original-function.js';
import { findSourceMap, readMapFile, statFile } from './read-source-map.js';

type TraceMapping = typeof import('@jridgewell/trace-mapping');
type TraceMap = import('@jridgewell/trace-mapping').TraceMap;

export interface SourceMapsOptions {
  /** Memory that maps and their scripts may take, estimated; the least recently used go first. Default 64 MiB. A single one above it is not used. */
  maxBytes?: number;
  /** Scripts remembered, those without a map included. Default 2 000. */
  maxFiles?: number;
  /** Told once a file of each map that is named but cannot be used. Maps that packages leave out of what they publish are no fault. */
  onFault?: (message: string) => void;
}

/** A place in a source. */
export interface OriginalPosition {
  /** Absolute, or relative where the bundler wrote it so. */
  file: string;
  /** 1-based. */
  line: number;
  column: number;
  /** Left out where the source's name is not known: V8's stands. */
  function?: string;
}

const BYTES_MAX = 64 * 1024 * 1024;
const FILES_MAX = 2000;
/** A decoded mapping is an array of four or five numbers: 100 bytes for the six characters it is written with. */
const BYTES_PER_MAPPINGS_CHAR = 16;
/** An entry without a map: its key and its dates. */
const BYTES_PER_FILE = 300;

interface Entry {
  bytes: number;
  /** Date and size of script and map; others, and the files are read again. */
  stamp: string;
  mapFile: string | null;
  /** Null: nothing to map with. */
  mapped: { script: MappedScript; sources: readonly (string | null)[] } | null;
}

/** Not for application threads: it reads files as it goes. */
export class SourceMaps {
  private readonly bytesMax: number;
  private readonly filesMax: number;
  private readonly onFault: (message: string) => void;
  /** Least recently used first. */
  private readonly entries = new Map<string, Entry>();
  private readonly told = new Set<string>();
  private bytes = 0;
  private library: TraceMapping | null = null;

  constructor({ maxBytes = BYTES_MAX, maxFiles = FILES_MAX, onFault = () => {} }: SourceMapsOptions = {}) {
    this.bytesMax = maxBytes;
    this.filesMax = maxFiles;
    this.onFault = onFault;
  }

  /** Where a function of a script comes from; null where no map tells. Line and column are V8's, counted from 1; `functionName` is V8's, empty for anonymous ones. Never throws. */
  resolve(url: string, line: number, column: number, functionName = ''): OriginalPosition | null {
    const file = pathOfUrl(url);
    if (!isAbsolute(file) || line < 1) return null;
    try {
      const mapped = this.entry(file)?.mapped;
      const found = mapped && originalFunction(mapped.script, line - 1, Math.max(0, column - 1), functionName);
      const source = found && mapped.sources[found.source];
      if (!found || !source) return null;
      const position: OriginalPosition = { file: pathOfUrl(source), line: found.line + 1, column: found.column + 1 };
      return found.function === '' ? position : { ...position, function: found.function };
    } catch (error) {
      this.fault(file, error);
      return null;
    }
  }

  private entry(file: string): Entry | null {
    const stat = statFile(file);
    if (stat === null) return null;
    const scriptStamp = `${stat.mtimeMs} ${stat.size}`;
    const known = this.entries.get(file);
    this.entries.delete(file);
    if (known !== undefined && known.stamp === stampOf(scriptStamp, known.mapFile)) {
      this.entries.set(file, known);
      return known;
    }
    if (known) this.bytes -= known.bytes;
    const entry = this.read(file, stat.size, scriptStamp);
    this.entries.set(file, entry);
    this.bytes += entry.bytes;
    for (const [oldest, { bytes }] of this.entries) {
      if ((this.bytes <= this.bytesMax && this.entries.size <= this.filesMax) || oldest === file) break;
      this.entries.delete(oldest);
      this.bytes -= bytes;
    }
    return entry;
  }

  private read(file: string, scriptBytes: number, scriptStamp: string): Entry {
    const none: Entry = { bytes: BYTES_PER_FILE, stamp: scriptStamp, mapFile: null, mapped: null };
    let mapFile: string | null = null;
    try {
      const place = findSourceMap(file, scriptBytes, this.bytesMax);
      if (place === null) return none;
      if ('mapFile' in place) mapFile = place.mapFile;
      const map = 'map' in place ? place.map : readMapFile(place.mapFile, this.bytesMax);
      const { mapped, bytes } = this.parse(place.script, map, place.url);
      return { bytes: bytes + BYTES_PER_FILE, stamp: stampOf(scriptStamp, mapFile), mapFile, mapped };
    } catch (error) {
      this.fault(file, error);
      return { ...none, mapFile, stamp: stampOf(scriptStamp, mapFile) };
    }
  }

  private parse(script: string, map: string, url: string): { mapped: NonNullable<Entry['mapped']>; bytes: number } {
    let json: { mappings?: unknown; sections?: unknown };
    try {
      // Servers put `)]}'` in front, so that no other page can run the map as a script.
      json = JSON.parse(map.replace(/^\)\]\}'?[^\n]*\n?/, ''));
    } catch {
      // The parser's message would quote the file.
      throw new Error('the map is no JSON');
    }
    if (typeof json?.mappings !== 'string' && !Array.isArray(json?.sections)) throw new Error('the map has no mappings');
    const encodedChars = typeof json.mappings === 'string' ? json.mappings.length : map.length;
    const bytes = script.length + map.length + encodedChars * BYTES_PER_MAPPINGS_CHAR;
    if (bytes > this.bytesMax) throw new Error(`script and map take ${bytes} bytes of memory, more than ${this.bytesMax}`);
    this.library ??= createRequire(import.meta.url)('@jridgewell/trace-mapping') as TraceMapping;
    const trace = new this.library.AnyMap(json as never, url);
    return { mapped: { script: mappedScript(this.library, trace, script), sources: trace.resolvedSources }, bytes };
  }

  private fault(file: string, error: unknown): void {
    if (file.includes('/node_modules/') || this.told.has(file)) return;
    if (this.told.size >= this.filesMax) this.told.clear();
    this.told.add(file);
    this.onFault(`No source map for ${file}: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

function stampOf(scriptStamp: string, mapFile: string | null): string {
  const stat = mapFile === null ? null : statFile(mapFile);
  return mapFile === null ? scriptStamp : `${scriptStamp} ${stat?.mtimeMs} ${stat?.size}`;
}

function mappedScript(library: TraceMapping, trace: TraceMap, text: string): MappedScript {
  let lineStarts: number[] | null = null;
  const sourceLines = new Map<number, string[] | null>();
  return {
    text,
    lineStart(line) {
      lineStarts ??= startsOf(text);
      return lineStarts[line] ?? text.length;
    },
    segmentAt: (line, column) => library.traceSegment(trace, line, column),
    segmentAfter: (line, column) => library.decodedMappings(trace)[line]?.find((segment) => segment[0] > column) ?? null,
    name: (index) => trace.names[index],
    sourceCount: trace.sources.length,
    sourceLine(source, line) {
      let lines = sourceLines.get(source);
      if (lines === undefined) {
        lines = trace.sourcesContent?.[source]?.split(/\r?\n/) ?? null;
        sourceLines.set(source, lines);
      }
      return lines?.[line] ?? null;
    },
  };
}

function startsOf(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
