// leaks.ndjson as it is left: the newest line of each kind stands, with its time.
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { appendLeak, readLeaks } from '../../src/report/leaks-log.js';
import { noLeak } from '../fixtures/html/ledger-run.js';

function makeDirectory(t: ExecutionContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'pitot-leaks-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

test('should give the newest finding of each kind with its time, and pass over half a line', (t) => {
  const directory = makeDirectory(t);
  const lineAt = (second: number, kind: 'heap' | 'native', whyNot: string) => ({ at: `2026-01-02T03:04:0${second}.000Z`, ...noLeak(kind, whyNot) });
  appendLeak(directory, { event: 'verdict', ...lineAt(1, 'heap', 'old') });
  appendLeak(directory, { event: 'verdict', ...lineAt(2, 'native', 'only') });
  appendLeak(directory, { event: 'named', ...lineAt(3, 'heap', 'new') });
  appendFileSync(join(directory, 'leaks.ndjson'), '{"event":"verdict","kind":"heap","verd');
  t.deepEqual(readLeaks(directory), [lineAt(3, 'heap', 'new'), lineAt(2, 'native', 'only')]);
});

test('should have none when there is no file', (t) => {
  t.deepEqual(readLeaks(makeDirectory(t)), []);
});
