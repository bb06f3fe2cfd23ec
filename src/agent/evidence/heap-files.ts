// The files under heap/: named as Node.js names its own, whole or not there, the newest kept.
import { closeSync, constants, openSync, readdirSync, renameSync, rmSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { ensureRunDirectory, HEAP_DIRECTORY } from '../../report/files.js';
import { flameFileName } from '../../report/flame-files.js';

/** The machine's or container's name as begun files carry it: numbers of processes are its own. */
export const hostInName = (host = hostname()): string => host.replace(/[^\w-]/g, '_').slice(0, 64);

export type HeapEnding = 'heapprofile' | 'heapsnapshot';

/** `Heap.20261123.142530.4242.0.001.heapsnapshot`: local time, pid, main thread, number. The number is one that the directory does not have yet. */
export function heapFileName(directory: string, atMs: number, pid: number, ending: HeapEnding): string {
  const last = heapFiles(directory, ending).reduce((highest, name) => Math.max(highest, Number(name.split('.')[5])), 0);
  return `${flameFileName(atMs, pid, 0, String(last + 1).padStart(3, '0')).replace(/^CPU/, 'Heap')}.${ending}`;
}

/** Removes the oldest beyond `keep`, by their numbers: local time may go back. Those of `stay` stay, and do not count. */
export function keepNewestHeaps(directory: string, ending: HeapEnding, keep: number, stay: ReadonlySet<string> = new Set()): void {
  const names = heapFiles(directory, ending).filter((name) => !stay.has(name));
  for (const name of names.slice(0, -keep)) rmSync(join(directory, HEAP_DIRECTORY, name), { force: true });
}

/** By number, lowest first. */
function heapFiles(directory: string, ending: HeapEnding): string[] {
  try {
    return readdirSync(join(directory, HEAP_DIRECTORY))
      .filter((name) => /^Heap\.\d{8}\.\d{6}\.\d+\.\d+\.\d+\./.test(name) && name.endsWith(`.${ending}`))
      .sort((a, b) => Number(a.split('.')[5]) - Number(b.split('.')[5]));
  } catch {
    // No such directory yet.
    return [];
  }
}

/** A file written piece by piece, that has its name only when it is whole. */
export class GrowingFile {
  bytes = 0;
  /** The first error; what comes after it is thrown away. */
  error: Error | null = null;
  private readonly directory: string;
  private readonly name: string;
  private readonly temporary: string;
  /** -1: closed. */
  private fd: number;
  private isNamed = false;

  /** @throws the error of the file system where the file cannot be made. */
  constructor(directory: string, name: string) {
    this.directory = join(directory, HEAP_DIRECTORY);
    this.name = name;
    ensureRunDirectory(this.directory);
    removeLeftovers(this.directory);
    this.temporary = join(this.directory, `.${name}.${process.pid}.${hostInName()}.tmp`);
    this.fd = openSync(this.temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  }

  /** Never throws. */
  append(text: string): void {
    if (this.error !== null || this.fd < 0) return;
    try {
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length; ) at += writeSync(this.fd, bytes, at);
      this.bytes += bytes.length;
    } catch (error) {
      this.error = error as Error;
    }
  }

  /**
   * Gives the file its name. Returns it relative to the run directory.
   * @throws the first error.
   */
  finish(): string {
    if (this.error !== null) throw this.error;
    this.close();
    renameSync(this.temporary, join(this.directory, this.name));
    this.isNamed = true;
    return `${HEAP_DIRECTORY}/${this.name}`;
  }

  /** Removes what is there, unless it has its name. Never throws: what is left is removed with the next file, or at the next start. */
  discard(): void {
    if (this.isNamed) return;
    for (const step of [() => this.close(), () => rmSync(this.temporary, { force: true })]) {
      try {
        step();
      } catch (error) {
        this.error ??= error as Error;
      }
    }
  }

  /** At the first call only: where closing fails the descriptor is gone all the same, and its number may be another file's. */
  private close(): void {
    const { fd } = this;
    this.fd = -1;
    if (fd >= 0) closeSync(fd);
  }
}

/** Of an agent thread that died while it wrote: a run directory has one process, and a process one such file at a time. */
function removeLeftovers(directory: string): void {
  for (const name of readdirSync(directory)) if (/^\.Heap\..*\.tmp$/.test(name)) rmSync(join(directory, name), { force: true });
}
