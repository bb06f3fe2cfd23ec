// Commands with real executables: their ends, their environment, and what is left of them after a time-out.
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { commandAction } from '../../../src/agent/actions/command-action.js';
import type { CommandConfig } from '../../../src/agent/actions/command-config.js';
import type { Alert } from '../../../src/core/alert-types.js';
import { monotonicMs } from '../../../src/core/clock.js';
import { until } from '../../support/app.js';
import { exampleAlert } from './example-alert.js';

const run = (
  command: CommandConfig['run'],
  { timeoutMs = 20_000, alert = exampleAlert() }: { timeoutMs?: number; alert?: Alert } = {},
): Promise<string> => commandAction('restart', { run: command, timeoutMs }, { monotonicMs }).run(alert, new AbortController().signal);

const sh = (line: string): CommandConfig['run'] => ['/bin/sh', '-c', line];

function makeDirectory(t: ExecutionContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'pitot-command-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

function isRunning(pid: number): boolean {
  try {
    // A zombie that init has not reaped yet does not run.
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

const test_ = process.platform === 'win32' ? test.skip : test.serial;

test_('should tell the exit code when the command ends', async (t) => {
  t.regex(await run(['/bin/sh', '-c', 'exit 0']), /^exit code 0 in [\d.]+ m?s$/);
  t.regex(await run(sh('echo one; echo "no such unit" >&2; exit 3')), /^exit code 3 in [\d.]+ m?s: no such unit$/);
  t.regex(await run(sh('kill -9 $$')), /^ended by SIGKILL in [\d.]+ m?s$/);
});

test_('should pass arguments as they are when they look like shell code', async (t) => {
  const file = join(makeDirectory(t), 'arguments');
  writeFileSync(`${file}.sh`, `#!/bin/sh\nprintf '%s|' "$@" > ${file}\n`);
  chmodSync(`${file}.sh`, 0o700);
  await run([`${file}.sh`, '$(id)', 'a b', '; rm x']);
  t.is(readFileSync(file, 'utf8'), '$(id)|a b|; rm x|');
});

test_('should give the alert to the command in its environment when it runs', async (t) => {
  const file = join(makeDirectory(t), 'environment');
  const alert = exampleAlert({ state: 'resolved' });
  await run(sh(`printf '%s\\n%s\\n%s\\n%s\\n' "$PITOT_ALERT_RULE" "$PITOT_ALERT_STATE" "$PITOT_ALERT_SEVERITY" "$PITOT_ALERT" > ${file}`), { alert });
  const [rule, state, severity, json] = readFileSync(file, 'utf8').split('\n');
  t.deepEqual([rule, state, severity], ['high latency', 'resolved', 'warning']);
  t.deepEqual(JSON.parse(json), alert);
});

test_('should leave out evidence when the alert is too long for an environment', async (t) => {
  const file = join(makeDirectory(t), 'environment');
  const alert = exampleAlert({ evidence: ['x'.repeat(200_000)] });
  t.regex(await run(sh(`printf '%s' "$PITOT_ALERT" > ${file}`), { alert }), /^exit code 0/);
  t.deepEqual(JSON.parse(readFileSync(file, 'utf8')), { ...alert, evidence: [] });
});

test_('should end the whole group of a command when its time is over', async (t) => {
  const file = join(makeDirectory(t), 'pids');
  // A child that does not hear SIGTERM, and a child of it.
  const line = `trap '' TERM; (sleep 60 & echo $! >> ${file}; wait) & echo $! >> ${file}; echo $$ >> ${file}; echo ready; while :; do sleep 60; done`;
  const result = run(sh(line), { timeoutMs: 1500 });
  t.regex(await result, /^timed out after 1\.5 s, ended by SIG(TERM|KILL): ready$/);
  const pids = readFileSync(file, 'utf8').trim().split('\n').map(Number);
  t.is(pids.length, 3);
  await until(() => !pids.some(isRunning), 'the end of the group', 5000);
  t.deepEqual(pids.filter(isRunning), []);
});

test_('should not wait when a command leaves something running in the background', async (t) => {
  const file = join(makeDirectory(t), 'pid');
  t.regex(await run(sh(`sleep 60 & echo $! > ${file}`)), /^exit code 0 in [\d.]+ m?s$/);
  const pid = Number(readFileSync(file, 'utf8'));
  t.true(isRunning(pid));
  process.kill(pid);
});

test_('should say what is wrong when there is no such executable, or it may not be run', async (t) => {
  t.is(await run(['/no/such/program']), 'failed: spawn /no/such/program ENOENT');
  const file = join(makeDirectory(t), 'plain');
  writeFileSync(file, 'x');
  t.is(await run([file]), `failed: spawn ${file} EACCES`);
});

test_('should read all of an output, and tell its last line, when it is long', async (t) => {
  const file = join(makeDirectory(t), 'written');
  t.regex(
    await run(sh(`head -c 3000000 /dev/zero | tr '\\0' x; echo; touch ${file}; printf 'the \\033[31mend\\n'; exit 1`)),
    /^exit code 1 in [\d.]+ m?s: the {1,2}\[31mend$/,
  );
  t.true(existsSync(file));
});
