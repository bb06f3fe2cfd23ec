// How soon is the evidence of a blocked loop on disk, seen from outside, and does the loop still block then? Beside it a timer that starts a profile when it sees lag.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { OPTIONS } from '../src/config/options.js';
import type { CpuProfile } from '../src/flame/formats/cpu-profile.js';
import { STALLS_FILE, type StallLine } from '../src/report/stall-log.js';
import { Child } from './child.js';
import type { Blocked, BlockKind } from './children/stall.js';
import { seeded } from './durations.js';
import { median } from './median.js';
import { atLeast, atMost, type Bench, exactly, row } from './row.js';
import { runAlone } from './run-benches.js';

const KINDS: readonly BlockKind[] = ['loop', 'JSON', 'Atomics.wait', 'pbkdf2Sync'];
const BLOCK_MS = 2500;
/** Beyond the limit: what the evidence may take. */
const LATE_MS = 500;
/** The loop turns so long before it is stopped again, and up to as long again, so that stops fall on any phase of the polls. */
const CALM_MS = 1200;
const LOOK_MS = 5;
/** Evidence that has not come by then, after the block has ended, is none. */
const GIVE_UP_MS = 5000;
const FUNCTION = 'stopTheLoop';

/** What was found on disk after one stop of the loop. */
interface Found {
  kind: BlockKind;
  /** After the stop began; NaN: nothing came. */
  afterMs: number;
  whileBlocked: boolean;
  /** The first evidence names the function. */
  named: boolean;
  verdict: string;
}

/** Evidence in a directory, in order: each piece once. */
type Look = (directory: string) => { named: boolean; verdict: string }[];

export const stall: Bench = {
  name: 'stall',
  async run({ quick, progress }) {
    const [rounds, lagRounds] = quick ? [1, 1] : [6, 2];
    const stallMs = OPTIONS.stallMs.default;
    const random = seeded(1);
    const pitot: Found[] = [];
    const lag: Found[] = [];
    for (let round = 0; round < Math.max(rounds, lagRounds); round++) {
      progress(`round ${round + 1} of ${rounds}, a process with ${KINDS.length} stops each`);
      if (round < rounds) pitot.push(...(await stops(true, random, stallsIn)));
      if (round < lagRounds) lag.push(...(await stops(false, random, lagProfilesIn)));
    }
    return rows(pitot, lag, stallMs);
  },
};

async function stops(pitot: boolean, random: () => number, look: Look): Promise<Found[]> {
  const child = new Child({ script: 'stall', pitot, args: pitot ? [] : ['lag', String(OPTIONS.stallMs.default)] });
  const found: Found[] = [];
  try {
    await child.message();
    // The agent and its pool have started: as in any service that has run for a while.
    await sleep(2000);
    for (const kind of KINDS) {
      await sleep(CALM_MS * (1 + random()));
      found.push(await stopOnce(child, kind, look));
    }
  } finally {
    await child.stop().catch(() => {});
    child.remove();
  }
  return found;
}

async function stopOnce(child: Child, kind: BlockKind, look: Look): Promise<Found> {
  const known = look(child.directory).length;
  let blocked: Blocked | null = null;
  const asked = child.ask<Blocked>({ kind, forMs: BLOCK_MS }).then((answer) => (blocked = answer));
  let seenAtMs = Number.NaN;
  let first = { named: false, verdict: 'none' };
  for (;;) {
    const pieces = look(child.directory);
    if (pieces.length > known) {
      seenAtMs = Date.now();
      first = pieces[known];
      break;
    }
    if (blocked !== null && Date.now() - (blocked as Blocked).endMs > GIVE_UP_MS) break;
    await sleep(LOOK_MS);
  }
  const { startMs, endMs } = await asked;
  return { kind, afterMs: seenAtMs - startMs, whileBlocked: seenAtMs < endMs, ...first };
}

/** The first line of each stall. */
function stallsIn(directory: string): ReturnType<Look> {
  const [run] = readdirSync(directory);
  const file = run === undefined ? '' : join(directory, run, STALLS_FILE);
  if (run === undefined || !existsSync(file)) return [];
  const whole = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  const lines = whole.map((line) => JSON.parse(line) as StallLine);
  const opened = lines.filter(({ id }, i) => lines.findIndex((other) => other.id === id) === i);
  return opened.map(({ top, verdict }) => ({ named: top.some((frame) => frame.function.includes(FUNCTION)), verdict }));
}

function lagProfilesIn(directory: string): ReturnType<Look> {
  const files = readdirSync(directory).filter((name) => name.endsWith('.cpuprofile'));
  return files.map((name) => {
    const { nodes } = JSON.parse(readFileSync(join(directory, name), 'utf8')) as CpuProfile;
    return { named: nodes.some(({ callFrame }) => callFrame.functionName === FUNCTION), verdict: 'a profile' };
  });
}

function rows(pitot: Found[], lag: Found[], stallMs: number) {
  const afterMs = pitot.map((found) => found.afterMs);
  const verdicts = KINDS.map((kind) => {
    const of = pitot.filter((found) => found.kind === kind);
    return `${kind} ${[...new Set(of.map(({ verdict }) => verdict))].join('/')}, named in ${of.filter(({ named }) => named).length} of ${of.length}`;
  });
  const figure = { bench: 'stall', unit: 'stalls' };
  return [
    row({
      bench: 'stall',
      name: 'evidence on disk after the loop stops, slowest',
      value: Math.max(...afterMs),
      unit: 'ms',
      bound: atMost(stallMs + LATE_MS),
      peers: [{ name: 'profile on lag', value: Math.max(...lag.map((found) => found.afterMs)) }],
      note: `${pitot.length} stops of ${BLOCK_MS} ms, PITOT_STALL_MS ${stallMs}, seen from another process; median ${median(afterMs).toFixed(0)} ms (p99 of so few is the slowest), profile on lag ${median(lag.map((found) => found.afterMs)).toFixed(0)} ms`,
    }),
    row({
      ...figure,
      name: `of ${pitot.length} with evidence while the loop still blocks`,
      value: pitot.filter(({ whileBlocked }) => whileBlocked).length,
      bound: exactly(pitot.length),
      peers: [{ name: `profile on lag, of ${lag.length}:`, value: lag.filter(({ whileBlocked }) => whileBlocked).length }],
    }),
    row({
      ...figure,
      name: `of ${pitot.length} whose first evidence names the function`,
      value: pitot.filter(({ named }) => named).length,
      bound: atLeast(Math.ceil((pitot.length * 3) / 4)),
      peers: [{ name: `profile on lag, of ${lag.length}:`, value: lag.filter(({ named }) => named).length }],
      note: `at the first line: ${verdicts.join('; ')}`,
    }),
  ];
}

await runAlone(import.meta.url, stall);
