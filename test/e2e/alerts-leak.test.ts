// The ledger example with its planted leak: alert, report, snapshot, and a sentence that names the culprit. Without it: none. An hour takes half a minute.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { type LeakLine, readLeaks } from '../../src/report/leaks-log.js';
import type { Report } from '../../src/report/report-types.js';
import { until } from '../support/app.js';
import { LedgerRun } from './ledger-run.js';

const SCALE = 120;
/** Growth since the start is told from a cache that fills after 165 minutes, 83 s here; then a snapshot is taken and looked into. */
const LEAK_MS_MAX = 240_000;
const RUN_MS_MAX = LEAK_MS_MAX + 60_000;
/** At this scale a minute is half a second: less than a busy machine takes for a breath. */
const OFF = { off: ['service down', 'event store unavailable', 'command failure spike', 'resource exhaustion', 'high latency'] };

const lines = (run: LedgerRun): LeakLine[] => {
  const file = join(run.runDirectory ?? '', 'leaks.ndjson');
  return existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line.endsWith('}'))
        .map((line) => JSON.parse(line) as LeakLine)
    : [];
};

test.serial(
  'should tell the leak with rate and limit, take a snapshot after the report, and name class, holder and allocating function',
  async (t) => {
    t.timeout(RUN_MS_MAX);
    const run = await LedgerRun.start(t, { timeScale: SCALE, alerts: OFF, env: { LEAK: 'sessions' }, runMsMax: RUN_MS_MAX });
    run.load();
    const named = (): LeakLine | undefined => lines(run).find(({ event, kind }) => event === 'named' && kind === 'heap');
    await until(() => named() !== undefined, 'the culprit is named', LEAK_MS_MAX).catch((error: Error) => {
      throw new Error(
        `${error.message}\n${lines(run)
          .map(({ at, event, kind, message, files }) => `${at} ${event} ${kind} ${message} ${JSON.stringify(files)}`)
          .join('\n')}`,
      );
    });
    const told = lines(run);
    const leak = told.find(({ kind, verdict }) => kind === 'heap' && verdict === 'leak')!;
    t.true(leak.growthRatioPerHour > 0.1 && leak.growthBytesPerHour > 0, leak.message);
    t.true(leak.msToLimit !== null && leak.limit !== null, leak.message);

    // What it says is on disk before anything heavy is done.
    const [alert] = run.stories('memory leak').filter(({ lines: [first] }) => first!.alert.labels.kind === 'heap');
    const directory = run.runDirectory!;
    const [snapshot] = readdirSync(join(directory, 'heap')).filter((name) => name.endsWith('.heapsnapshot'));
    t.truthy(snapshot, JSON.stringify(named()!.files));
    const listed = named()!.files.find(({ path }) => path === `heap/${snapshot}`);
    t.regex(listed?.note ?? '', /^[\d.]+ MiB, /);
    const takenMs = statSync(join(directory, 'heap', snapshot!)).mtimeMs;
    t.true(Date.parse(leak.at) < takenMs && Date.parse(alert!.lines[0]!.at) < takenMs);
    const reports = readdirSync(directory).filter((name) => /^report-\d+\.json$/.test(name));
    const withAlert = reports.find((name) => {
      const { alerts } = JSON.parse(readFileSync(join(directory, name), 'utf8')) as Report;
      return alerts.some(({ rule, state }) => rule === 'memory leak' && state === 'firing') && statSync(join(directory, name)).mtimeMs <= takenMs;
    });
    t.truthy(withAlert, 'a report with the alert is older than the snapshot');

    const { culprit } = named()!;
    t.is(culprit?.constructor, 'Session');
    t.is(culprit?.holder, 'SessionStore.sessions (Map)');
    t.regex(culprit!.sentence, /^[\d ]+ × Session held by SessionStore\.sessions \(Map\) in .*sessions\.[jt]s:\d+, .* retained, growing .* an hour/);
    // Where V8 has inlined all of it into the handler, the sampler names that one, and the sentence says so or names nobody.
    if (culprit!.allocation === null) t.log(`no allocating function agrees: ${named()!.evidence.join('; ')}`);
    else
      t.regex(
        culprit!.sentence,
        /; allocated in (?:\w+ \S+sessions\.[jt]s:\d+|beginSession \S+server\.[jt]s:\d+, or in (?:createSession \S+, which V8 may have|what V8) inlined into it)$/,
      );
    const isTold = (): boolean =>
      run
        .stories('memory leak')
        .some(({ lines: steps }) =>
          steps.some(
            ({ event, alert: { evidence } }) => event === 'evidence' && evidence[0]!.includes('Session held by SessionStore.sessions (Map)'),
          ),
        );
    await until(isTold, 'the alert says who leaks');
    t.deepEqual(
      readLeaks(directory)
        .map(({ kind, verdict }) => `${kind} ${verdict}`)
        .filter((text) => text.endsWith(' leak')),
      ['heap leak'],
      'nothing else leaks, pitot itself included',
    );
  },
);

test.serial('should say none of every kind of memory, and why, when nothing leaks', async (t) => {
  t.timeout(RUN_MS_MAX);
  const run = await LedgerRun.start(t, { timeScale: SCALE, alerts: OFF, runMsMax: RUN_MS_MAX });
  run.load();
  // Two hours.
  const startMs = Date.now();
  await until(() => Date.now() - startMs > 60_000, 'two hours of it have passed', 90_000);
  t.deepEqual(
    lines(run)
      .filter(({ verdict }) => verdict === 'leak')
      .map(({ message }) => message),
    [],
  );
  const leaksNow = () => (JSON.parse(readFileSync(join(run.runDirectory!, 'latest.json'), 'utf8')) as Report).leaks;
  const kinds = () => leaksNow().map(({ kind, verdict }) => `${kind} ${verdict}`);
  const none = ['heap none', 'external none', 'native none', 'handles none'];
  // A suspicion that time does not remove stands in the way of this.
  await until(() => kinds().join() === none.join(), 'nothing is suspected', 30_000).catch(() => t.deepEqual(kinds(), none));
  for (const { kind, whyNot, message } of leaksNow()) {
    t.regex(whyNot, /^[a-z][a-z' ]{3,}/i, `${kind}: ${whyNot}`);
    t.notRegex(whyNot, /undefined|null|NaN|Infinity|\[object/, kind);
    t.true(message.endsWith(whyNot), message);
  }
  t.deepEqual(run.stories('memory leak'), []);
});
