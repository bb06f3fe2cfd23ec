// What does pitot take from a process that does nothing? Memory and CPU of an idle server with and without it.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Child } from './child.js';
import { median, medianDifference } from './median.js';
import { atMost, type Bench, type Row, row } from './row.js';
import { runAlone } from './run-benches.js';

const BYTES_PER_MB = 1e6;
/** Clock ticks of /proc: USER_HZ is 100 on every Linux that Node supports. */
const MS_PER_TICK = 10;

/** What one process held and used, with the agent as it is shipped and with its CPU profiler off. */
interface Idle {
  rssMb: number[];
  /** After the first windows. */
  lateRssMb: number[];
  cpuPercent: number[];
}

/** When memory is read, after the start; from when on CPU time is watched, since the sampler slows down only after a while; for how long: a whole window. */
interface Times {
  settleS: number;
  watchedFromS: number;
  watchS: number;
}
const TIMES: Times = { settleS: 15, watchedFromS: 30, watchS: 90 };
const QUICK_TIMES: Times = { settleS: 3, watchedFromS: 4, watchS: 3 };

const VARIANTS = {
  bare: { pitot: false, env: {} },
  pitot: { pitot: true, env: {} },
  'without profiler': { pitot: true, env: { PITOT_CPU_INTERVAL_US: '0' } },
} as const;
type Variant = keyof typeof VARIANTS;
const NAMES = Object.keys(VARIANTS) as Variant[];

export const rest: Bench = {
  name: 'rest',
  async run({ quick, progress }) {
    if (process.platform !== 'linux') {
      progress('skipped: it reads /proc');
      return [];
    }
    const times = quick ? QUICK_TIMES : TIMES;
    const sets = quick ? 1 : 5;
    progress(`${sets} sets of three idle processes: ${times.watchedFromS} s to settle, ${times.watchS} s watched`);
    const idle: Record<Variant, Idle> = { bare: emptyIdle(), pitot: emptyIdle(), 'without profiler': emptyIdle() };
    await watch(idle, sets, times);
    const rss = (name: Variant): number => medianDifference(idle[name].rssMb, idle.bare.rssMb);
    const cpu = (name: Variant): number => medianDifference(idle[name].cpuPercent, idle.bare.cpuPercent);
    const lateRss = (name: Variant): number => medianDifference(idle[name].lateRssMb, idle.bare.lateRssMb);
    const bareNote = `median of ${sets} differences, ${times.settleS} s after the start; bare ${median(idle.bare.rssMb).toFixed(1)} MB`;
    const cpuNote = (name: Variant): string =>
      `over ${times.watchS} s after the first ${times.watchedFromS} s, all threads; ${median(idle[name].cpuPercent).toFixed(2)} %, bare ${median(idle.bare.cpuPercent).toFixed(2)} %`;
    const rows: Row[] = [
      row({ bench: 'rest', name: 'memory added at rest (RSS)', value: rss('pitot'), unit: 'MB', bound: atMost(45), note: bareNote }),
      row({ bench: 'rest', name: 'memory added at rest (RSS), CPU profiler off', value: rss('without profiler'), unit: 'MB' }),
      row({
        bench: 'rest',
        name: `the same with its profiler, after ${times.watchedFromS + times.watchS} s`,
        value: lateRss('pitot'),
        unit: 'MB',
        note: `the first windows' reports and flames have been written; CPU profiler off ${lateRss('without profiler').toFixed(1)} MB`,
      }),
      row({
        bench: 'rest',
        name: 'CPU added at rest, CPU profiler off',
        value: cpu('without profiler'),
        unit: '% of a core',
        bound: atMost(0.5),
        note: cpuNote('without profiler'),
      }),
      row({ bench: 'rest', name: 'CPU added at rest', value: cpu('pitot'), unit: '% of a core', bound: atMost(1), note: cpuNote('pitot') }),
    ];
    return rows;
  },
};

/** Each set starts its three processes in another order; all are at rest together, since idle processes leave each other alone. */
async function watch(idle: Record<Variant, Idle>, sets: number, { settleS, watchedFromS, watchS }: Times): Promise<void> {
  const children: { name: Variant; child: Child }[] = [];
  try {
    for (let set = 0; set < sets; set++) {
      for (let i = 0; i < NAMES.length; i++) {
        const name = NAMES[(i + set) % NAMES.length];
        const child = new Child({ script: 'idle', ...VARIANTS[name] });
        children.push({ name, child });
        await child.message();
      }
    }
    await undisturbed(children, settleS);
    for (const { name, child } of children) idle[name].rssMb.push(rssBytes(child.pid) / BYTES_PER_MB);
    await undisturbed(children, watchedFromS - settleS);
    const before = children.map(({ child }) => ({ cpuMs: cpuMs(child.pid), atMs: performance.now() }));
    await undisturbed(children, watchS);
    children.forEach(({ name, child }, i) => {
      idle[name].cpuPercent.push(((cpuMs(child.pid) - before[i].cpuMs) * 100) / (performance.now() - before[i].atMs));
      idle[name].lateRssMb.push(rssBytes(child.pid) / BYTES_PER_MB);
    });
  } finally {
    await Promise.all(children.map(({ child }) => child.stop().catch(() => {})));
    for (const { child } of children) child.remove();
  }
}

/** Waits; a process that ends meanwhile ends the bench, and says why. */
async function undisturbed(children: readonly { name: Variant; child: Child }[], seconds: number): Promise<void> {
  const ends = children.map(async ({ name, child }) => {
    await child.ended;
    throw new Error(`the idle process ${name} ended`);
  });
  await Promise.race([sleep(seconds * 1000), ...ends]);
}

const emptyIdle = (): Idle => ({ rssMb: [], lateRssMb: [], cpuPercent: [] });

function rssBytes(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib) * 1024;
}

/** Fields 14 and 15 of stat, counted after the command's closing bracket, since a command may hold spaces. */
function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}

await runAlone(import.meta.url, rest);
