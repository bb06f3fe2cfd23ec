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
  cpuPercent: number[];
}

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
    const [sets, settleS, watchS] = quick ? [1, 3, 3] : [5, 15, 30];
    progress(`${sets} sets of three idle processes: ${settleS} s to settle, ${watchS} s watched`);
    const idle: Record<Variant, Idle> = { bare: emptyIdle(), pitot: emptyIdle(), 'without profiler': emptyIdle() };
    await watch(idle, sets, settleS, watchS);
    const rss = (name: Variant): number => medianDifference(idle[name].rssMb, idle.bare.rssMb);
    const cpu = (name: Variant): number => medianDifference(idle[name].cpuPercent, idle.bare.cpuPercent);
    const bareNote = `median of ${sets} differences, ${settleS} s after the start; bare ${median(idle.bare.rssMb).toFixed(1)} MB`;
    const rows: Row[] = [
      row({ bench: 'rest', name: 'memory added at rest (RSS)', value: rss('pitot'), unit: 'MB', bound: atMost(45), note: bareNote }),
      row({ bench: 'rest', name: 'memory added at rest (RSS), CPU profiler off', value: rss('without profiler'), unit: 'MB' }),
      row({
        bench: 'rest',
        name: 'CPU added at rest, CPU profiler off',
        value: cpu('without profiler'),
        unit: '% of a core',
        bound: atMost(0.5),
        note: `over ${watchS} s, all threads; bare ${median(idle.bare.cpuPercent).toFixed(2)} %`,
      }),
      row({ bench: 'rest', name: 'CPU added at rest', value: cpu('pitot'), unit: '% of a core' }),
    ];
    return rows;
  },
};

/** Each set starts its three processes in another order; all are at rest together, since idle processes leave each other alone. */
async function watch(idle: Record<Variant, Idle>, sets: number, settleS: number, watchS: number): Promise<void> {
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
    await sleep(settleS * 1000);
    for (const { name, child } of children) idle[name].rssMb.push(rssBytes(child.pid) / BYTES_PER_MB);
    const before = children.map(({ child }) => ({ cpuMs: cpuMs(child.pid), atMs: performance.now() }));
    await sleep(watchS * 1000);
    children.forEach(({ name, child }, i) => {
      idle[name].cpuPercent.push(((cpuMs(child.pid) - before[i].cpuMs) * 100) / (performance.now() - before[i].atMs));
    });
  } finally {
    await Promise.all(children.map(({ child }) => child.stop().catch(() => {})));
    for (const { child } of children) child.remove();
  }
}

const emptyIdle = (): Idle => ({ rssMb: [], cpuPercent: [] });

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
