// Leaks as text: what leaks first and in full, what does not in a line, and the same without a report.
import test from 'ava';
import { leaksInWords, messageAlone } from '../../src/report/leak-words.js';
import { leakLines } from '../../src/report/text-leaks.js';
import { renderText } from '../../src/report/text-report.js';
import { renderWithoutReport } from '../../src/report/text-without-report.js';
import { ledgerRunWithFindings } from '../fixtures/html/ledger-run.js';

const run = ledgerRunWithFindings();
const HEAP = [
  '  suspected Heap: The heap may leak 90.0 MiB an hour, 180 % an hour; at this rate the memory limit is reached in 90 min',
  '    12 000 × PendingTransfer held by TransferSaga.pending (Map) in src/transfers/saga.js:12, 32.4 MiB retained; allocated in beginTransfer',
  '    src/transfers/saga.js:31',
  '    allocated in: by heap sampler and CPU profile; of a function that V8 has inlined its caller may be told',
  '    else it may be',
  '      41 000 × (string) held by AuditLog.lines (Array) in src/audit/log.js:9, 5.72 MiB retained',
  '    why it is no alarm (yet)',
  '      It has lasted 14 minutes; 20 are needed.',
  '    evidence',
  '      the live heap grew by 11.2 MiB in 8 min: 90.0 MiB an hour (surely 79.0 MiB an hour), 180 % of 50.0 MiB',
  '      the memory limit is reached in 90 min at this rate',
  '    files',
  '      heap/Heap.20260314.102610.31817.0.001.heapprofile (all that is alive since the running sampler began)',
  '      heap-snapshot: refused: 1.20 GiB would be needed, 410 MiB are free',
];
const NONE = [
  '  External memory: no leak. does not grow (over 8 min)',
  '  Native memory: no leak. grows 3.1 % an hour over 8 min, less than 10 %',
  '  Handles: no leak.',
];

test('should tell what leaks in full, and why the rest does not in a line', (t) => {
  t.deepEqual(leakLines(run, 140), [...HEAP, ...NONE]);
  t.true(renderText(run, { width: 140, colour: false }).includes(`\nleaks\n${HEAP.join('\n')}\n`));
});

test('should say whose leak it is and which count grows when there are several processes, and pass no control characters on', (t) => {
  const [heap] = run.leaks;
  const leak = {
    ...heap,
    verdict: 'leak' as const,
    kind: 'handles' as const,
    name: 'descriptors',
    process: 1,
    message: 'a\u001b[31mb',
    culprit: null,
    suspects: [],
    evidence: [],
    whyNot: '',
    files: [],
  };
  const processes = [run.processes[0], { ...run.processes[0], pid: 77 }];
  t.deepEqual(leakLines({ leaks: [heap, leak], processes }, 100)[0], '  leak Handles: descriptors, pid 77: a\ufffd[31mb');
  t.is(leakLines({ leaks: Array.from({ length: 13 }, () => leak), processes }, 100).at(-1), '  … and 3 more');
});

test('should tell the leaks of a process that has no report, and no empty part', (t) => {
  const text = renderWithoutReport('runs/a', { stalls: [], leaks: run.leaks, heapFiles: [] }, 140);
  t.is(
    text,
    ['runs/a', '  no report: the process ended before its first window did, or that has not ended yet', '', 'leaks', ...HEAP, ...NONE, ''].join('\n'),
  );
  t.notRegex(renderWithoutReport('runs/a', { stalls: run.stalls, leaks: [], heapFiles: [] }, 140), /leaks|heap files/);
  t.regex(
    renderWithoutReport('runs/a', { stalls: [], leaks: [], heapFiles: ['runs/a/heap/x.heapsnapshot'] }, 140),
    /heap files, .*\n {2}runs\/a\/heap\/x\.heapsnapshot\n$/,
  );
});

test('should count leaks and suspicions in words', (t) => {
  const [heap] = run.leaks;
  const found = { ...heap, verdict: 'leak' as const };
  t.is(leaksInWords(run.leaks), '1 suspected leak');
  t.is(leaksInWords([found, heap, heap]), '1 leak, 2 suspected');
  t.is(leaksInWords([found, found]), '2 leaks');
  t.is(leaksInWords(run.leaks.slice(1)), '');
  t.is(messageAlone({ ...heap, message: 'other words' }), 'other words');
});
