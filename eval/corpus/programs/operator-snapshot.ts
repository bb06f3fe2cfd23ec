// N8: after half an hour the operator takes a heap snapshot: resident memory jumps, and malloc gives little of it back.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeHeapSnapshot } from 'node:v8';
import { serve } from '../service.js';

const SNAPSHOT_MINUTE = 30;

function takeSnapshot(minute: number): void {
  if (minute !== SNAPSHOT_MINUTE) return;
  const directory = mkdtempSync(join(tmpdir(), 'pitot-eval-snapshot-'));
  writeHeapSnapshot(join(directory, 'operator.heapsnapshot'));
  rmSync(directory, { recursive: true, force: true });
}

await serve({ eachMinute: takeSnapshot });
