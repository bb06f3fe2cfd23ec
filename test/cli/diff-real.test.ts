// `pitot diff` on profiles of real processes: a few pairs; bench/diff-noise.ts runs twenty.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { diffProfiles } from '../../src/flame/diff.js';
import { readProfileFile } from '../../src/flame/read-profile.js';
import { seededRandom } from '../../src/flame/seeded-random.js';
import { type JudgedFunction, judgeDiff } from '../../src/report/judge-diff.js';

const WORKLOAD = fileURLToPath(new URL('../../bench/children/diff-workload.js', import.meta.url));
const base = mkdtempSync(join(tmpdir(), 'pitot-diff-real-'));
const running = new Set<ReturnType<typeof fork>>();
test.after.always(() => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(base, { recursive: true, force: true });
});

/** A profile of three seconds of the workload, one of its functions taking `factor` times as long. */
async function profileOf(name: string, slower = '', factor = 1): Promise<string> {
  const file = join(base, `${name}.cpuprofile`);
  const child = fork(WORKLOAD, ['3', file, slower, String(factor)], { stdio: 'inherit', execArgv: [] });
  running.add(child);
  const [code] = (await once(child, 'exit')) as [number | null];
  running.delete(child);
  if (code !== 0) throw new Error(`the workload ended with ${code}`);
  return file;
}

async function findings(before: string, after: string): Promise<JudgedFunction[]> {
  const side = async (file: string) => ({ profiles: await readProfileFile(file, { sourceMaps: null }), ordered: true });
  const cpu = diffProfiles(await side(before), await side(after), { level: 0.05, random: seededRandom(1) });
  const { functions } = judgeDiff({ before, after, level: 0.05, cpu, paths: null, notes: [] });
  return functions.filter(({ verdict }) => verdict === 'slower' || verdict === 'faster');
}

test('should find nothing in two of three pairs of one build, and the function that takes ten times as long, when real processes ran', async (t) => {
  const runs: string[] = [];
  for (let i = 0; i < 3; i++) runs.push(await profileOf(`same-${i}`));
  const pairs = await Promise.all([findings(runs[0], runs[1]), findings(runs[1], runs[2]), findings(runs[0], runs[2])]);
  const noisy = pairs.filter((found) => found.length > 0);
  t.log(noisy.flat().map((it) => `${it.function} ${it.verdict}`));
  // 1 in 20 may have one; two of three would be 1 in 140.
  t.true(noisy.length <= 1);
  const slow = await findings(runs[2], await profileOf('slow', 'scoreRisk', 10));
  t.is(slow.find((it) => it.function === 'scoreRisk')?.verdict, 'slower', JSON.stringify(slow));
});
