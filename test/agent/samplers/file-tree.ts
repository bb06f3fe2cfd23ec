// A directory that looks as /proc and /sys would, from a table of paths; removed with the test.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ExecutionContext } from 'ava';

/** Text is a file's content; a link's target need not exist. */
export type Tree = Record<string, string | { link: string }>;

export function makeTree(t: ExecutionContext, tree: Tree): string {
  const root = mkdtempSync(join(tmpdir(), 'pitot-tree-'));
  t.teardown(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(tree)) {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    if (typeof content === 'string') writeFileSync(file, content);
    else symlinkSync(content.link, file);
  }
  return root;
}
