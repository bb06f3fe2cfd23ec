// Why a loop did not turn: executing, gc, starved or waiting, from the figures of that interval. Pure.
import type { Stall } from '../../report/report-types.js';
import { sayDuration, sayPercent, sayWait, type WaitEvidence } from './stall-words.js';

export type Verdict = Stall['verdict'];

/** Figures of one thread over one interval in which its loop did not turn. null: the platform does not tell. */
export interface StallEvidence extends WaitEvidence {
  wallMs: number;
  /** CPU time of the thread. V8's helper threads, which collect garbage beside it, are not in it. */
  cpuMs: number | null;
  /** Time in which the thread was ready to run and did not get a CPU. */
  runnableMs: number | null;
  /** How often the agent thread has looked at the thread's state, and how often it then ran or was ready to run. */
  looks: number;
  looksRunning: number;
  /** How long the agent thread itself was kept from running. */
  agentLateMs: number;
  /** Share of the interval's profile samples in the garbage collector; null without a profile. */
  gcRatio: number | null;
  /** What the cgroup's CPU quota took: summed over CPUs, so it may be more than the wall time. */
  throttledMs: number | null;
  throttledCount: number | null;
  /** Time in which some task of the cgroup (or the machine) waited for a CPU. */
  pressureMs: number | null;
  /** CPU time of the whole process; asked only where the thread's own is not known. */
  processCpuMs: number | null;
  /** The loop has never turned yet. */
  startup: boolean;
  /** How long pitot itself held the thread up, by a heap snapshot. Default: 0. */
  ownMs?: number;
}

export interface StallVerdict {
  verdict: Verdict;
  /** The verdict in words, with its figures. */
  reason: string;
  /** 0..1: by how much of the interval the strongest explanation is ahead of the next; halved where the thread's CPU time is not known. */
  confidence: number;
}

/** Parts of the interval, 0..1, together 1. */
interface Shares {
  executing: number;
  starved: number;
  waiting: number;
}

/** CPU per wall time from which on the code is to blame, whatever else went on. */
const EXECUTING_MIN = 0.5;
/** Share of samples in the collector from which on it is to blame, not the code that was interrupted by it. */
const GC_MIN = 0.5;
/** Share of looks (or of the time the process was let run) from which on the thread is taken to have wanted a CPU all the time. */
const EAGER_MIN = 0.5;
/** CPU per time in which the process was let run, below which a thread has wanted none. A tenth of what a stop and continue of 100:20 leaves. */
const UNINTERESTED_MAX = 0.02;
/** Share of the interval from which on the agent thread's lateness makes looks unfair: a process that is continued wakes all of its threads for a moment. */
const UNFAIR_LATE_MIN = 0.3;
/** Share of the interval from which on a stall is pitot's own doing. */
const OWN_MIN = 0.5;
/** Parts below this share are not worth words. */
const TOLD_MIN = 0.1;

/**
 * CPU for half of the time: executing, or gc when half of the samples are in the collector. Otherwise the largest of three parts wins: CPU,
 * time in which the thread would have run but was not let, and the rest, in which it waited for something.
 *
 * What "was not let" is taken from the strongest witness: the kernel's account of time in the run queue; looks that find the thread running or ready
 * more often than it got CPU (a process stopped and continued in turns, a hypervisor that takes the CPU away: no account has these); the lateness of
 * the agent thread, unless the looks say that the thread wanted no CPU; and where the kernel tells neither, the throttling of the cgroup.
 */
export function judgeStall(evidence: StallEvidence): StallVerdict {
  const shares = sharesOf(evidence);
  const verdict = verdictOf(shares, evidence.gcRatio);
  const parts = Object.values(shares).sort((a, b) => b - a);
  const certainty = evidence.cpuMs === null ? 0.5 : 1;
  return { verdict, reason: reasonFor(verdict, shares, evidence), confidence: (parts[0] - parts[1]) * certainty };
}

/** Whether a stall is told as what pitot did, and no function of the application's is blamed. */
export const isOwnDoing = (ownMs: number, wallMs: number): boolean => ownMs > 0 && ownMs >= OWN_MIN * wallMs;

/** Figures of a time in which the agent thread did not run although nothing of its own kept it, while no stall was open. */
export interface StopEvidence {
  lateMs: number;
  /** Time in which the agent thread was ready to run and did not get a CPU. */
  agentRunnableMs: number | null;
  throttledMs: number | null;
  throttledCount: number | null;
}

/** A stop from outside has no code to blame; a lack of CPU is told as what it is. */
export function judgeStop({ lateMs, agentRunnableMs, throttledMs, throttledCount }: StopEvidence): StallVerdict {
  const hungryMs = Math.min(lateMs, Math.max(agentRunnableMs ?? 0, throttledMs ?? 0));
  const ratio = hungryMs / lateMs;
  const all = `the whole process did not run for ${sayDuration(lateMs)}`;
  const confidence = Math.abs(2 * ratio - 1);
  if (ratio < 0.5) return { verdict: 'waiting', reason: `${all}: stopped (SIGSTOP), suspended or frozen`, confidence };
  const throttling = sayThrottling(throttledMs, throttledCount) ?? 'the machine had no CPU for it';
  return { verdict: 'starved', reason: `${all}: ${throttling}`, confidence };
}

function sharesOf(evidence: StallEvidence): Shares {
  const { wallMs, runnableMs, looks, looksRunning, agentLateMs, throttledMs } = evidence;
  if (wallMs <= 0) return { executing: 0, starved: 0, waiting: 1 };
  const executing = within(0, (evidence.cpuMs ?? evidence.processCpuMs ?? 0) / wallMs, 1);
  const left = 1 - executing;
  const late = within(0, agentLateMs / wallMs, 1);
  const runnable = (runnableMs ?? 0) / wallMs;
  const usedOfGiven = late < 1 ? executing / (1 - late) : 1;
  const isUninterested = late >= UNFAIR_LATE_MIN && usedOfGiven < UNINTERESTED_MAX && runnable < TOLD_MIN;
  // One look is given away: a thread that computes and reads in turns is found running by chance.
  const running = isUninterested ? 0 : looks > 0 ? Math.max(0, looksRunning - 1) / looks : null;
  const witnesses = [runnable];
  if (running !== null) witnesses.push(running - executing);
  const wantsCpu = running === null || running >= EAGER_MIN;
  // In the time that the process was let run, the thread ran: so it would have in the rest.
  if (wantsCpu || usedOfGiven >= EAGER_MIN) witnesses.push(late);
  if (runnableMs === null && wantsCpu) witnesses.push((throttledMs ?? 0) / wallMs);
  const starved = within(0, Math.max(...witnesses), left);
  return { executing, starved, waiting: left - starved };
}

function verdictOf({ executing, starved, waiting }: Shares, gcRatio: number | null): Verdict {
  const isGc = gcRatio !== null && gcRatio >= GC_MIN;
  if (executing < EXECUTING_MIN && starved >= waiting && starved > executing) return 'starved';
  // A thread that waits for the collector's helper threads burns no CPU of its own.
  if (isGc) return 'gc';
  return executing >= EXECUTING_MIN || executing >= waiting ? 'executing' : 'waiting';
}

function reasonFor(verdict: Verdict, shares: Shares, evidence: StallEvidence): string {
  const { wallMs, gcRatio, agentLateMs, startup, pressureMs, ownMs = 0 } = evidence;
  const says: string[] = [];
  if (isOwnDoing(ownMs, wallMs)) says.push(`pitot took a heap snapshot, for ${sayDuration(ownMs)} of ${sayDuration(wallMs)}`);
  if (startup) says.push('the loop has not turned for the first time yet: modules are being loaded');
  const isGc = verdict === 'gc';
  const gc = gcRatio !== null && gcRatio >= TOLD_MIN ? `${sayPercent(gcRatio)} of the samples are in the garbage collector` : null;
  if (isGc && gc !== null) says.push(gc);
  const cpu = sayCpu(verdict, shares, evidence);
  if (verdict !== 'waiting') {
    // What held a starved thread up comes first, what it got after.
    if (verdict === 'starved') says.push(...sayStarving(evidence));
    says.push(cpu);
    if (verdict !== 'starved' && shares.starved >= TOLD_MIN) says.push(...sayStarving(evidence));
    if (verdict !== 'starved' && shares.waiting >= 2 * TOLD_MIN)
      says.push(`it waited for the rest${isGc ? ", as for the collector's helper threads" : ''}`);
  } else {
    says.push(`${cpu}: ${sayWait(evidence)}`);
    if (shares.starved >= TOLD_MIN) says.push(...sayStarving(evidence));
    else if (agentLateMs / wallMs >= TOLD_MIN) says.push(sayLate(evidence));
  }
  if (!isGc && gc !== null) says.push(gc);
  if (verdict === 'starved' && pressureMs !== null && pressureMs > 0) {
    says.push(`CPU pressure (some) for ${sayDuration(pressureMs)} of ${sayDuration(wallMs)}`);
  }
  return says.join('; ');
}

function sayCpu(verdict: Verdict, { executing }: Shares, { cpuMs, processCpuMs, wallMs }: StallEvidence): string {
  if (cpuMs === null) {
    if (processCpuMs === null) return "the thread's CPU time is not known here";
    return `the whole process burned ${sayPercent(executing)} of a core (${sayDuration(processCpuMs)} CPU in ${sayDuration(wallMs)})`;
  }
  if (verdict === 'waiting' && executing < TOLD_MIN) return `no CPU (${sayPercent(executing)})`;
  const only = verdict === 'starved' ? 'only ' : '';
  return `the thread burned ${only}${sayPercent(executing)} of a core (${sayDuration(cpuMs)} CPU in ${sayDuration(wallMs)})`;
}

function sayStarving(evidence: StallEvidence): string[] {
  const { wallMs, runnableMs, looks, looksRunning, throttledMs, throttledCount, agentLateMs } = evidence;
  const says: string[] = [];
  if (runnableMs !== null && runnableMs / wallMs >= TOLD_MIN) {
    says.push(`runnable but not scheduled for ${sayDuration(Math.min(runnableMs, wallMs))} of ${sayDuration(wallMs)}`);
  }
  const throttling = sayThrottling(throttledMs, throttledCount);
  if (throttling !== null) says.push(throttling);
  if (agentLateMs / wallMs >= TOLD_MIN) says.push(sayLate(evidence));
  // Only where nothing else is told: the thread was ready each time, so something outside took the CPU away.
  if (says.length === 0)
    says.push(`running or ready to run at ${looksRunning} of ${looks} looks: stopped and continued in turns, or its CPU was taken away`);
  return says;
}

const sayLate = ({ agentLateMs, wallMs }: StallEvidence): string =>
  `the whole process was kept from running for ${sayDuration(agentLateMs)} of ${sayDuration(wallMs)}`;

function sayThrottling(throttledMs: number | null, throttledCount: number | null): string | null {
  if (throttledMs === null || throttledMs <= 0) return null;
  const times = throttledCount === null ? '' : ` ${throttledCount} ${throttledCount === 1 ? 'time' : 'times'},`;
  return `the cgroup throttled it${times} ${sayDuration(throttledMs)}`;
}

const within = (low: number, value: number, high: number): number => Math.min(high, Math.max(low, value));
