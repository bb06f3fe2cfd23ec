// Tests that need what not every machine has: where it is missing they are skipped, and counted as skipped, with the reason in the output.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';

/** `test`, or `test.skip` where something is missing. Asked when the file is loaded. */
export function testUnless(missing: string | null): typeof test.skip {
  if (missing === null) return test;
  console.log(`skipped: ${missing}`);
  return test.skip;
}

/** null: the machine has a command of that name, which answers. */
export const missingCommand = (command: string, args: readonly string[]): string | null =>
  spawnSync(command, args, { stdio: 'ignore' }).status === 0 ? null : `no ${command}`;

/** null: this user may mount a small file system, which a test can fill. */
export function missingMount(): string | null {
  const directory = mkdtempSync(join(tmpdir(), 'pitot-mount-'));
  try {
    mountSmall(directory, '64k');
    execFileSync('umount', [directory]);
    return null;
  } catch {
    return 'no right to mount a small tmpfs';
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

export function mountSmall(directory: string, size: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', directory], { stdio: 'ignore' });
}
