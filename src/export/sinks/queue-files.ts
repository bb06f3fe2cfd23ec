// Notifications on disk: one directory a process, one file each, renamed into place. Takes over what dead processes left. Never throws.
//
//   <directory>/<pid>-<hash>/owner.json                    whose it is; rewritten every pulse, as a sign of life
//                            <queued at>-<n>-<id>.json     a notification, 0600; gone once it is delivered
//                            taken-<pid>-<hash>/           the directory of a dead process while its files are moved
//
// Taking over is one rename of the whole directory, which one process alone can do. Whoever finds a file of its own gone has been taken for dead,
// and sends it no more. Nothing is synced: the files outlive a killed process, while a power cut may take the newest.
import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { QUEUE_MEMORY_BYTES_MAX, QUEUE_MEMORY_MAX, QUEUE_SILENCE_MS } from '../../core/limits.js';
import { type Notification, parseNotification } from './notification.js';
import { directoryOf, isGone, parseOwner, type QueueOwner, thisOwner } from './queue-owner.js';

/** A notification in the queue: small, its text is on disk. */
export interface Entry {
  /** Name of its file; empty while it is in memory alone. */
  file: string;
  /** Its text while it is in memory alone. */
  text: string;
  bytes: number;
  sink: string;
  alertId: string;
  state: string;
  queuedAtMs: number;
  /** Requests made for it by this process. */
  tries: number;
  /** What its sink had taken when it last stood aside for another (-1: never), and how often it failed after such a one was delivered. */
  deliveredBefore: number;
  strikes: number;
}

export type OnTrouble = (message: string) => void;

const OWNER = 'owner.json';
const FILE = /^\d{15}-\d{9}-[0-9a-f]{8}\.json$/;
const DIRECTORY = /^\d+-[0-9a-f]{12}$/;
const TAKEN = 'taken-';

export class QueueFiles {
  /** Where this process's own files are. */
  readonly own: string;
  private readonly base: string;
  private readonly owner: QueueOwner;
  private readonly onTrouble: OnTrouble;
  private readonly inMemory = new Set<Entry>();
  private memoryBytes = 0;
  private count = 0;
  private troubled = false;
  private isOpen = false;

  constructor(base: string, host: string, onTrouble: OnTrouble) {
    this.base = base;
    this.owner = thisOwner(host);
    this.own = join(base, directoryOf(this.owner));
    this.onTrouble = onTrouble;
  }

  /** What is there already: left by an agent thread of this process, or by dead processes. Oldest first. */
  open(): Entry[] {
    if (!this.attempt(() => this.claim())) return [];
    this.isOpen = true;
    return [...this.readOwn(), ...this.takeOver()].sort(byFile);
  }

  /**
   * Puts a notification on disk, or in memory where the disk takes none; null: memory is full too.
   * @param isFirst whether nothing waited: the sign of life may be old then.
   */
  add(notification: Notification, isFirst: boolean): Entry | null {
    const text = JSON.stringify(notification);
    const name = this.nameFor(notification.queuedAtMs);
    const entry = entryOf(notification, name, Buffer.byteLength(text));
    const put = (): void => {
      if (isFirst) this.claim();
      this.write(name, text);
    };
    if (this.attempt(put)) return entry;
    if (this.inMemory.size >= QUEUE_MEMORY_MAX || this.memoryBytes + entry.bytes > QUEUE_MEMORY_BYTES_MAX) return null;
    entry.file = '';
    entry.text = text;
    this.inMemory.add(entry);
    this.memoryBytes += entry.bytes;
    return entry;
  }

  /** gone: another process took it over. unreadable: the file is damaged. */
  read(entry: Entry): Notification | 'gone' | 'unreadable' {
    try {
      return parseNotification(entry.file === '' ? entry.text : readFileSync(join(this.own, entry.file), 'utf8')) ?? 'unreadable';
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'gone' : 'unreadable';
    }
  }

  remove(entry: Entry): void {
    if (this.inMemory.delete(entry)) this.memoryBytes -= entry.bytes;
    if (entry.file === '') return;
    try {
      unlinkSync(join(this.own, entry.file));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT') this.onTrouble(`a notification that is done with cannot be removed (${code}): it may be sent again after a restart`);
    }
  }

  /** Shows that the owner lives, moves to disk what is in memory, and takes over what dead processes left. Alone and with nothing waiting it writes nothing. */
  pulse(isEmpty: boolean): Entry[] {
    if (isEmpty && this.isOpen && !this.troubled && this.others().length === 0) return [];
    const found = this.isOpen ? [] : this.open();
    if (!this.isOpen || !this.attempt(() => this.claim())) return found;
    this.moveToDisk();
    return [...found, ...this.takeOver()].sort(byFile);
  }

  /** Leaves what is left to whoever comes next, this process included. Answers how many could not be left, as they are in memory alone. */
  close(): number {
    this.moveToDisk();
    this.leave();
    return this.inMemory.size;
  }

  private moveToDisk(): void {
    for (const entry of [...this.inMemory]) {
      const name = this.nameFor(entry.queuedAtMs);
      if (!this.attempt(() => this.write(name, entry.text))) break;
      this.inMemory.delete(entry);
      this.memoryBytes -= entry.bytes;
      entry.file = name;
      entry.text = '';
    }
  }

  /** Sorts by time, then by order within this process. */
  private nameFor(queuedAtMs: number): string {
    return `${String(queuedAtMs).padStart(15, '0')}-${String(this.count++ % 1e9).padStart(9, '0')}-${randomUUID().slice(0, 8)}.json`;
  }

  private leave(): void {
    try {
      if (readdirSync(this.own).some((name) => name !== OWNER))
        writeFileSync(join(this.own, OWNER), JSON.stringify({ ...this.owner, closed: true }), { mode: 0o600 });
      else rmSync(this.own, { recursive: true, force: true });
    } catch {
      // Without its directory there is nothing to leave.
    }
  }

  private claim(): void {
    mkdirSync(this.own, { recursive: true, mode: 0o700 });
    this.rename(OWNER, JSON.stringify(this.owner));
  }

  private write(name: string, text: string): void {
    try {
      this.rename(name, text);
    } catch (error) {
      // Taken over, or removed by hand: begun anew.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      this.claim();
      this.rename(name, text);
    }
  }

  private rename(name: string, text: string): void {
    const temporary = join(this.own, `${name}.tmp`);
    try {
      writeFileSync(temporary, text, { mode: 0o600 });
      renameSync(temporary, join(this.own, name));
    } catch (error) {
      try {
        rmSync(temporary, { force: true });
      } catch {
        // The first error tells more.
      }
      throw error;
    }
  }

  private readOwn(): Entry[] {
    const entries: Entry[] = [];
    for (const name of listOr(this.own)) {
      if (name.startsWith(TAKEN)) entries.push(...this.moveFrom(name));
      else if (FILE.test(name)) entries.push(...this.readEntry(name));
      else if (name.endsWith('.tmp')) rmSync(join(this.own, name), { force: true });
    }
    return entries;
  }

  private takeOver(): Entry[] {
    return this.others().flatMap((name) => {
      if (!this.isLeft(name)) return [];
      try {
        renameSync(join(this.base, name), join(this.own, TAKEN + name));
      } catch {
        // Another process was first.
        return [];
      }
      return this.moveFrom(TAKEN + name);
    });
  }

  private others(): string[] {
    const mine = directoryOf(this.owner);
    return listOr(this.base).filter((name) => name !== mine && DIRECTORY.test(name));
  }

  private isLeft(name: string): boolean {
    try {
      // By the clock of the file system on both sides.
      const nowMs = statSync(join(this.own, OWNER)).mtimeMs;
      const directory = join(this.base, name);
      const owner = parseOwner(readOr(join(directory, OWNER)));
      if (owner === null) return nowMs - statSync(directory).mtimeMs > QUEUE_SILENCE_MS;
      return isGone(owner, this.owner, nowMs - statSync(join(directory, OWNER)).mtimeMs);
    } catch {
      return false;
    }
  }

  /** Moves the files of a directory that was taken over, and of those it had taken over itself. */
  private moveFrom(taken: string): Entry[] {
    const entries: Entry[] = [];
    for (const name of listOr(join(this.own, taken))) {
      const path = join(taken, name);
      if (name.startsWith(TAKEN)) entries.push(...this.moveFrom(path));
      else if (FILE.test(name) && this.attempt(() => renameSync(join(this.own, path), join(this.own, name)))) entries.push(...this.readEntry(name));
      else if (!FILE.test(name)) rmSync(join(this.own, path), { force: true });
    }
    try {
      rmdirSync(join(this.own, taken));
    } catch {
      // What could not be moved stays for the next start.
    }
    return entries;
  }

  private readEntry(name: string): Entry[] {
    const text = readOr(join(this.own, name));
    const notification = parseNotification(text);
    if (notification !== null) return [entryOf(notification, name, Buffer.byteLength(text))];
    this.onTrouble(`a notification on disk is damaged and was removed: ${name}`);
    rmSync(join(this.own, name), { force: true });
    return [];
  }

  /** Says once that the disk takes nothing, and once that it does again. */
  private attempt(write: () => void): boolean {
    try {
      write();
    } catch (error) {
      const { code = 'unknown reason' } = error as NodeJS.ErrnoException;
      if (!this.troubled)
        this.onTrouble(`alerts cannot be queued on disk (${code}); at most ${QUEUE_MEMORY_MAX} wait in memory, and are lost with the process`);
      this.troubled = true;
      return false;
    }
    if (this.troubled) this.onTrouble('alerts are queued on disk again');
    this.troubled = false;
    return true;
  }
}

const byFile = (a: Entry, b: Entry): number => (a.file < b.file ? -1 : 1);

function entryOf({ sink, alert, queuedAtMs }: Notification, file: string, bytes: number): Entry {
  return { file, text: '', bytes, sink, alertId: alert.id, state: alert.state, queuedAtMs, tries: 0, deliveredBefore: -1, strikes: 0 };
}

function listOr(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch {
    return [];
  }
}

function readOr(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
