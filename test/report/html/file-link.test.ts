// Files of a run as links of its page: those that alerts name among other words, and whose directory it is.
import test from 'ava';
import { html } from '../../../src/flame/draw/page/markup.js';
import { linkedText } from '../../../src/report/html/file-link.js';
import { renderRunHtml } from '../../../src/report/html/render-run-html.js';
import { ledgerRunWithFindings } from '../../fixtures/html/ledger-run.js';

const alertsOf = (page: string): string => page.match(/<section id="alerts">.*?<\/section>/s)?.[0] ?? '';
/** As it stands in a page. */
const plain = (text: ReturnType<typeof linkedText>): string => html`${text}`.text;
const SNAPSHOT = 'heap/Heap.20261123.210728.14986.0.001.heapsnapshot';

test('should link the file that a result of an action names, and no more than its name', (t) => {
  t.is(
    plain(linkedText(`heap-snapshot: ${SNAPSHOT} (19.0 MiB, the main thread stood still for 1.8 s)`, '')),
    `heap-snapshot: <a href="${SNAPSHOT}">${SNAPSHOT}</a> (19.0 MiB, the main thread stood still for 1.8 s)`,
  );
  t.is(plain(linkedText('see flame/CPU.1.svg.', '../a b/')), 'see <a href="../a%20b/flame/CPU.1.svg">flame/CPU.1.svg</a>.');
});

test('should leave a text as it is when it names no file of the run, or the run is not known', (t) => {
  for (const text of ['heap-snapshot: refused: too large', '/etc/heap/x.heapsnapshot', '../heap/x', 'heap/../../x', 'javascript:heap/x'])
    t.is(linkedText(text, ''), text, text);
  t.is(plain(linkedText(`flame: ${SNAPSHOT}`, null)), `flame: <code>${SNAPSHOT}</code>`);
});

test("should link the files of an alert in its process's directory when several processes are shown", (t) => {
  const run = ledgerRunWithFindings();
  const link = /<a href="([^"]*)flame\/CPU\.20260314\.102610\.31817\.0\.004\.cpuprofile">/;
  t.is(link.exec(alertsOf(renderRunHtml(run)))?.[1], '');
  const [process] = run.processes;
  const two = {
    ...run,
    processes: [
      { ...process!, pid: 1, directory: 'runs/a' },
      { ...process!, pid: 77, directory: 'runs/b' },
    ],
    alerts: run.alerts.map((alert) => ({ ...alert, labels: { ...alert.labels, pid: '77' } })),
  };
  t.is(link.exec(alertsOf(renderRunHtml(two, { directory: 'runs' })))?.[1], 'b/');
});
