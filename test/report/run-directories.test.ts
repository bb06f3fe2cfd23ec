// Finding runs and reading their reports from disk.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { PitotError } from '../../src/core/errors.js';
import type { Report } from '../../src/report/report-types.js';
import { findRuns, kindOfPath, readReport, readReports, reportFiles, runsOfNewest } from '../../src/report/run-directories.js';
import { sampleReport } from '../support/sample-report.js';

const base = mkdtempSync(join(tmpdir(), 'pitot-runs-'));
test.after.always(() => rmSync(base, { recursive: true, force: true }));

let next = 0;
function emptyBase(): string {
  const directory = join(base, String(next++));
  mkdirSync(directory);
  return directory;
}

function writeRun(parent: string, name: string, ...reports: (Report | string)[]): string {
  const directory = join(parent, name);
  mkdirSync(directory, { recursive: true });
  for (const [i, report] of reports.entries()) {
    const text = typeof report === 'string' ? report : JSON.stringify(report);
    writeFileSync(join(directory, `report-${String(i + 1).padStart(6, '0')}.json`), text);
  }
  return directory;
}

const namesOf = (runs: { directory: string }[], parent: string) => runs.map((run) => run.directory.slice(parent.length + 1));
const refuse = (message: string): never => {
  throw new Error(`skipped: ${message}`);
};

test('should list runs newest first when a directory holds them among other things', (t) => {
  const parent = emptyBase();
  writeRun(parent, 'ledger.20260102-030405.10', sampleReport());
  writeRun(parent, 'ledger.20260102-030405.9', sampleReport());
  writeRun(parent, 'a.b.20260103-000000.1', sampleReport());
  writeRun(parent, 'ledger.20251231-235959.7', sampleReport());
  writeRun(parent, 'ledger.20260104-000000.8');
  writeRun(parent, 'something-else', sampleReport());
  writeFileSync(join(parent, 'ledger.20260105-000000.1'), 'a file');
  const runs = findRuns(parent);
  t.deepEqual(namesOf(runs, parent), ['a.b.20260103-000000.1', 'ledger.20260102-030405.10', 'ledger.20260102-030405.9', 'ledger.20251231-235959.7']);
  t.deepEqual(runs[0], { directory: join(parent, 'a.b.20260103-000000.1'), service: 'a.b', startedAt: '20260103-000000', pid: 1 });
});

test('should read reports by number and one at a time when asked for', (t) => {
  const directory = writeRun(emptyBase(), 'run', sampleReport({ seq: 1 }), sampleReport({ seq: 2 }));
  writeFileSync(join(directory, 'report-1000000.json'), JSON.stringify(sampleReport({ seq: 1_000_000 })));
  writeFileSync(join(directory, 'latest.json'), JSON.stringify(sampleReport({ seq: 1_000_000 })));
  writeFileSync(join(directory, '.report-000003.json.77.tmp'), '{');
  const reports = readReports(directory, refuse);
  t.is(reports.next().value?.seq, 1);
  // The next file is read only now.
  rmSync(join(directory, 'report-1000000.json'));
  writeFileSync(join(directory, 'report-1000000.json'), JSON.stringify(sampleReport({ seq: 5 })));
  t.is(reports.next().value?.seq, 2);
  t.is(reports.next().value?.seq, 5);
  t.true(reports.next().done);
});

test('should skip with a message when a file is no report', (t) => {
  const noPaths: Partial<Report> = sampleReport();
  delete noPaths.paths;
  const noSpaces = sampleReport();
  delete (noSpaces.runtime.memory as Partial<typeof noSpaces.runtime.memory>).spaces;
  const damaged = ['{"half":', JSON.stringify(noPaths), '{"schema":"other/1"}', 'null', JSON.stringify(noSpaces)];
  const directory = writeRun(emptyBase(), 'run', ...damaged, sampleReport({ seq: 6 }));
  const messages: string[] = [];
  const seqs = [...readReports(directory, (message) => messages.push(message))].map((report) => report.seq);
  t.deepEqual(seqs, [6]);
  t.is(messages.length, 5);
  t.regex(messages[0], /^skipped .*report-000001\.json: expected a report \(pitot\.report\/1\), received /);
  t.regex(messages[1], /received a report without paths/);
  t.regex(messages[2], /received schema "other\/1"/);
  t.regex(messages[3], /received schema undefined/);
  t.regex(messages[4], /received a report without runtime\.memory\.spaces/);
});

test('should refuse with the file and the reason when a named file cannot be read', (t) => {
  const error = t.throws(() => readReport(join(base, 'gone.json')), { instanceOf: PitotError });
  t.is(error.code, 'INPUT_FILE');
  t.is(error.detail.option, join(base, 'gone.json'));
  t.regex(error.detail.received, /^ENOENT/);
});

test('should find the processes of the newest run when others of its service ran at the same time', (t) => {
  const parent = emptyBase();
  const minute = (from: number, to: number) => sampleReport({ startMs: from * 60_000, durationMs: (to - from) * 60_000 });
  writeRun(parent, 'ledger.20260102-030400.1', minute(0, 1), minute(1, 20));
  writeRun(parent, 'ledger.20260102-030400.2', minute(0, 5));
  writeRun(parent, 'other.20260102-031500.3', minute(11, 20));
  writeRun(parent, 'ledger.20260102-031400.4', minute(10, 15), 'damaged');
  writeRun(parent, 'ledger.20260102-031500.5', minute(11, 12));
  const skipped: string[] = [];
  const runs = runsOfNewest(parent, (message) => skipped.push(message));
  t.deepEqual(namesOf(runs, parent), ['ledger.20260102-031500.5', 'ledger.20260102-031400.4', 'ledger.20260102-030400.1']);
  t.is(skipped.length, 1);
});

test('should give the newest alone when the one before it had ended', (t) => {
  const parent = emptyBase();
  writeRun(parent, 'ledger.20260102-030400.1', sampleReport({ startMs: 0, durationMs: 60_000 }));
  writeRun(parent, 'ledger.20260102-030500.2', sampleReport({ startMs: 60_000, durationMs: 60_000 }));
  t.deepEqual(namesOf(runsOfNewest(parent, refuse), parent), ['ledger.20260102-030500.2']);
  t.deepEqual(runsOfNewest(emptyBase(), refuse), []);
});

test('should tell runs, directories of runs and files apart when a path is named', (t) => {
  const parent = emptyBase();
  const run = writeRun(parent, 'ledger.20260102-030400.1', sampleReport());
  t.is(kindOfPath(parent), 'runs');
  t.is(kindOfPath(run), 'run');
  t.is(kindOfPath(writeRun(parent, 'renamed', sampleReport())), 'run');
  t.is(kindOfPath(writeRun(parent, 'ledger.20260102-030400.2')), 'run');
  t.is(kindOfPath(reportFiles(run)[0]), 'file');
  t.is(kindOfPath(join(parent, 'gone')), 'missing');
});
