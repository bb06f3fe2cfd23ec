// Files that may show a leak: heap profiles and snapshots that alerts about it took, and snapshots that were taken for another reason.
import type { LeakFile } from '../../report/report-types.js';

/** Newest results that a finding carries. */
const FILES_MAX = 8;
/** A result of an action that left a file: `heap-snapshot: heap/Heap….heapsnapshot (48.7 MiB, …)`. */
const WITH_FILE = /^[\w-]+: (heap\/[\w.-]+)(?: \((.*)\))?$/;
/** A refusal that comes again, with other figures, is no news. */
const REASON = /(: refused:).*/s;

export class LeakFiles {
  private ofAlerts: readonly LeakFile[] = [];
  private taken: readonly LeakFile[] = [];

  /** Each once, at most FILES_MAX. */
  get all(): LeakFile[] {
    const others = this.taken.filter(({ path }) => !this.ofAlerts.some((file) => file.path === path));
    return [...others, ...this.ofAlerts].slice(-FILES_MAX);
  }

  /** What came of the heap actions of alerts about leaks, all of them. @returns whether anything is new. */
  note(results: readonly string[]): boolean {
    return this.changes(() => {
      if (results.length > 0) this.ofAlerts = results.slice(-FILES_MAX).map(fileOf);
    });
  }

  /** A snapshot, by whatever asked for it, or why it was not looked into. @returns whether it is new. */
  add(file: LeakFile): boolean {
    return this.changes(() => {
      const others = this.taken.filter((known) => wordsOf(known) !== wordsOf(file));
      this.taken = [...others, file].slice(-FILES_MAX);
    });
  }

  /** Of analyses: it was looked into, or another one comes. */
  removeRefusals(): void {
    this.taken = this.taken.filter(({ path }) => path !== '');
  }

  private changes(change: () => void): boolean {
    const words = (): string => this.all.map(wordsOf).sort().join();
    const before = words();
    change();
    return words() !== before;
  }
}

const wordsOf = ({ path, note }: LeakFile): string => (path === '' ? note.replace(REASON, '$1') : path);

function fileOf(result: string): LeakFile {
  const [, path = '', note = ''] = WITH_FILE.exec(result) ?? [];
  return path === '' ? { path, note: result } : { path, note };
}
