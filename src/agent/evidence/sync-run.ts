// Brings what a run has said so far from the kernel's memory to the disk itself, before something is begun that may take the machine or the container along.
import { type FileHandle, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ALERTS_FILE } from '../../report/alerts-log.js';
import { REPORT_FILE } from '../../report/files.js';
import { LEAKS_FILE } from '../../report/leaks-log.js';

/** fsync of alerts.ndjson, leaks.ndjson and the newest report, then of the directory that names them. Returns those it did. Never rejects. */
export async function syncRun(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch(() => [] as string[]);
  const report = names.filter((name) => REPORT_FILE.test(name)).sort((a, b) => numberOf(a) - numberOf(b));
  const wanted = [ALERTS_FILE, LEAKS_FILE, ...report.slice(-1)].filter((name) => names.includes(name));
  const done: string[] = [];
  for (const name of [...wanted, '.']) if (await sync(join(directory, name))) done.push(name);
  return done;
}

const numberOf = (name: string): number => Number(REPORT_FILE.exec(name)?.[1]);

/** False where the file system has no such thing, or the file is gone: the snapshot is not held up for it. */
async function sync(path: string): Promise<boolean> {
  let file: FileHandle | null = null;
  try {
    file = await open(path, 'r');
    await file.sync();
    return true;
  } catch {
    return false;
  } finally {
    await file?.close().catch(() => {});
  }
}
