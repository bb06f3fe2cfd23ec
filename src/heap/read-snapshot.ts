// Reads a `.heapsnapshot` of any tool and any line of Node: one pass over the file, chunk for chunk, into columns.
// Format: v8/src/profiler/heap-snapshot-generator.cc, HeapSnapshotJSONSerializer. Field positions come from the file's own meta.
import { type FileHandle, open } from 'node:fs/promises';
import { HEAP_HEAD_BYTES_MAX, HEAP_PARTS_MAX, HEAP_READ_BYTES } from '../core/limits.js';
import { ColumnWriter, type HeapColumns } from './heap-columns.js';
import { type Locations, LocationWriter } from './locations.js';
import { MemoryAllowance } from './memory-allowance.js';
import { NumberSection } from './number-section.js';
import { CLOSE_OBJECT, COMMA, isSpace, OPEN_OBJECT, QUOTE, type Section } from './section.js';
import { type SnapshotFault, snapshotFault } from './snapshot-fault.js';
import { parseMeta, type SnapshotMeta } from './snapshot-meta.js';
import { StringSection } from './string-section.js';
import { StringTable } from './string-table.js';
import { ValueSection } from './value-section.js';

/** A snapshot in memory; its strings are still in the file, which stays open until `close`. */
export interface HeapSnapshot extends HeapColumns {
  file: string;
  fileBytes: number;
  meta: SnapshotMeta;
  strings: StringTable;
  /** Indices of strings that name an edge of a weak map's pair. */
  pairNames: readonly number[];
  locations: Locations;
  /** What it has been charged with so far; what else grows with the file is to be charged as well. */
  memory: MemoryAllowance;
  close(): Promise<void>;
}

export interface ReadOptions {
  /** Most memory that reading and analysing may take, bytes. A snapshot that declares more is refused before anything is allocated; what it does not declare, as it comes. */
  memoryBytesMax: number;
  /** What of it is taken already, bytes. */
  earlierBytes?: number;
  /** False leaves the edges out. */
  edges?: boolean;
  /** Called as the file goes by, with bytes done and bytes in all. */
  onProgress?: (doneBytes: number, ofBytes: number) => void;
  signal?: AbortSignal;
  /** Bytes read at once; tests take few. */
  chunkBytes?: number;
}

/** @throws PitotError INPUT_FILE for a file that cannot be read, is cut off, is no snapshot, or needs more memory than allowed. */
export async function readSnapshot(file: string, options: ReadOptions): Promise<HeapSnapshot> {
  const fault = snapshotFault(file);
  const handle = await opened(file, fault);
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw fault('no regular file', 'Name a .heapsnapshot file.');
    if (stat.size === 0) throw fault('an empty file', 'The process that wrote it was probably killed meanwhile; take the snapshot again.');
    const reader = new SnapshotReader(stat.size, options, fault);
    await feedAll(handle, reader, stat.size, options);
    return reader.end(file, handle);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function opened(file: string, fault: SnapshotFault): Promise<FileHandle> {
  try {
    return await open(file, 'r');
  } catch (error) {
    throw fault((error as NodeJS.ErrnoException).code === 'ENOENT' ? 'nothing there' : (error as Error).message, 'Name a .heapsnapshot file.');
  }
}

/** Reads one chunk while another is taken apart. */
async function feedAll(handle: FileHandle, reader: SnapshotReader, fileBytes: number, options: ReadOptions): Promise<void> {
  const { onProgress, signal, chunkBytes = HEAP_READ_BYTES } = options;
  let buffer = Buffer.allocUnsafe(chunkBytes);
  let spare = Buffer.allocUnsafe(chunkBytes);
  let offset = 0;
  let reading = handle.read(buffer, 0, chunkBytes, 0);
  for (;;) {
    const { bytesRead } = await reading;
    if (bytesRead === 0) return;
    signal?.throwIfAborted();
    reading = handle.read(spare, 0, chunkBytes, offset + bytesRead);
    // Not waited for when this chunk is bad; its failure then is nobody's.
    reading.catch(() => {});
    try {
      reader.feed(buffer, bytesRead, offset);
    } catch (error) {
      await reading.catch(() => {});
      throw error;
    }
    offset += bytesRead;
    onProgress?.(Math.min(offset, fileBytes), fileBytes);
    [buffer, spare] = [spare, buffer];
  }
}

type State = 'open' | 'key' | 'in key' | 'colon' | 'value' | 'after' | 'end';

/** The object around the sections: picks the reader of each by its key. */
class SnapshotReader {
  readonly #fileBytes: number;
  readonly #options: ReadOptions;
  readonly #fault: SnapshotFault;
  #state: State = 'open';
  #key = '';
  #chunkOffset = 0;
  #section: Section | null = null;
  #head: ValueSection | null = null;
  #meta: SnapshotMeta | null = null;
  #columns: ColumnWriter | null = null;
  #locations: LocationWriter | null = null;
  #strings: StringSection | null = null;
  readonly #memory: MemoryAllowance;
  readonly #seen = new Set<string>();

  constructor(fileBytes: number, options: ReadOptions, fault: SnapshotFault) {
    this.#fileBytes = fileBytes;
    this.#options = options;
    this.#memory = new MemoryAllowance(options.memoryBytesMax, fault, options.earlierBytes);
    this.#fault = fault;
  }

  feed(bytes: Uint8Array, length: number, offset: number): void {
    this.#chunkOffset = offset;
    if (this.#strings !== null) this.#strings.chunkOffset = offset;
    let at = 0;
    while (at < length) {
      if (this.#section === null) this.#outside(bytes[at], at++);
      else {
        at = this.#section.feed(bytes, at, length);
        if (this.#section.done) this.#sectionDone();
      }
    }
  }

  end(file: string, handle: FileHandle): HeapSnapshot {
    if (this.#state !== 'end') throw this.#cutOff();
    if (this.#seen.has('head') && !this.#seen.has('snapshot'))
      throw this.#fault('a sampling heap profile', 'Load it in the memory tab of DevTools, or open it in VS Code.');
    for (const key of ['snapshot', 'nodes', 'edges', 'strings']) if (!this.#seen.has(key)) throw this.#fault(`no "${key}"`);
    const strings = this.#strings!;
    return {
      ...this.#columns!.end(strings.count),
      file,
      fileBytes: this.#fileBytes,
      meta: this.#meta!,
      strings: new StringTable(handle.fd, strings.starts(), strings.endOffset),
      pairNames: strings.pairNames,
      locations: this.#locations!.end(),
      memory: this.#memory,
      close: () => handle.close(),
    };
  }

  #cutOff(): Error {
    const where = this.#section === null ? 'between two parts' : `within "${this.#key}"`;
    return this.#fault(
      `a file that ends ${where}, after ${this.#fileBytes} bytes`,
      'It was not written to its end: the process was killed or the disk was full. Take it again.',
    );
  }

  #outside(byte: number, at: number): void {
    if (this.#state === 'in key') {
      if (byte === QUOTE) this.#state = 'colon';
      else if (this.#key.length < 64) this.#key += String.fromCharCode(byte);
      else throw this.#badByte(at, 'a key too long');
      return;
    }
    if (isSpace(byte)) return;
    if (this.#state === 'open' && byte === OPEN_OBJECT) this.#state = 'key';
    else if (this.#state === 'key' && byte === QUOTE) {
      this.#key = '';
      this.#state = 'in key';
    } else if (this.#state === 'colon' && byte === 0x3a) this.#begin();
    else if (this.#state === 'after' && byte === COMMA) this.#state = 'key';
    else if (this.#state === 'after' && byte === CLOSE_OBJECT) this.#state = 'end';
    else throw this.#badByte(at, this.#state === 'open' ? 'no JSON object' : 'no JSON');
  }

  #begin(): void {
    const key = this.#key;
    if (this.#seen.has(key)) throw this.#fault(`"${key}" twice`);
    if (this.#seen.size === HEAP_PARTS_MAX) throw this.#fault(`more than ${HEAP_PARTS_MAX} parts`);
    this.#seen.add(key);
    this.#state = 'value';
    const badByte = (at: number, what: string): Error => this.#badByte(at, what);
    if (key === 'snapshot') this.#section = this.#head = new ValueSection(HEAP_HEAD_BYTES_MAX, badByte);
    else if (key === 'strings') {
      this.#section = this.#strings = new StringSection(this.#fileBytes, this.#memory, badByte);
      this.#strings.chunkOffset = this.#chunkOffset;
    } else this.#section = this.#numbers(key, badByte) ?? new ValueSection(0, badByte);
  }

  #numbers(key: string, badByte: (at: number, what: string) => Error): Section | null {
    const withEdges = this.#options.edges !== false;
    if (key !== 'nodes' && key !== 'edges' && key !== 'locations') return null;
    const meta = this.#meta;
    if (meta === null) throw this.#fault(`"${key}" before "snapshot"`);
    if (key === 'locations') {
      if (meta.locationFields === 0) return null;
      return new NumberSection(meta.locationFields, (values, count) => this.#locations!.take(values, count), badByte);
    }
    const columns = this.#columns!;
    if (key === 'nodes') return new NumberSection(meta.nodeFields, (values, count) => columns.takeNodes(values, count), badByte);
    return withEdges ? new NumberSection(meta.edgeFields, (values, count) => columns.takeEdges(values, count), badByte) : null;
  }

  #sectionDone(): void {
    this.#section = null;
    this.#state = 'after';
    if (this.#key !== 'snapshot') return;
    const withEdges = this.#options.edges !== false;
    const meta = parseMeta(this.#head!.text(), { fileBytes: this.#fileBytes, withEdges, memory: this.#memory }, this.#fault);
    this.#meta = meta;
    this.#columns = new ColumnWriter(meta, withEdges, this.#fault);
    this.#locations = new LocationWriter(meta, this.#memory, this.#fault);
  }

  #badByte(at: number, what: string): Error {
    const where = this.#key === '' ? '' : ` in "${this.#key}"`;
    return this.#fault(`${what} at byte ${this.#chunkOffset + at}${where}`);
  }
}
