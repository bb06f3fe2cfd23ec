// The files under flame/: a CPU profile in each format that is asked for, named as Node.js names its own; the newest are kept.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { CallNode } from '../flame/call-tree.js';
import { toCpuProfile } from '../flame/formats/cpu-profile.js';
import type { NamedProfile, Profile } from '../flame/profile.js';
import { writeAtomically } from './files.js';

export const FLAME_DIRECTORY = 'flame';

/** What is drawn and written. */
export interface FlameContent {
  /** One a thread. */
  named: NamedProfile[];
  /** Of all threads. */
  tree: CallNode;
  title: string;
  subtitle: string;
}

/** `CPU.20261123.142530.4242.0.007`: local time, pid, thread, sequence, without the format's ending. */
export function flameFileName(atMs: number, pid: number, threadId: number, sequence: string): string {
  const at = new Date(atMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`;
  return `CPU.${day}.${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}.${pid}.${threadId}.${sequence}`;
}

/** Writes the .cpuprofile at once: evidence first. Returns its name relative to the run directory. */
export function writeCpuProfile(directory: string, base: string, profile: Profile | NamedProfile): string {
  const name = `${base}.cpuprofile`;
  writeAtomically(join(directory, FLAME_DIRECTORY), name, JSON.stringify(toCpuProfile(profile)));
  return `${FLAME_DIRECTORY}/${name}`;
}

/** Writes the other formats but PNG, which is drawn elsewhere. Each is loaded when it is asked for. */
export async function writeFlameFiles(directory: string, base: string, formats: readonly string[], content: FlameContent): Promise<string[]> {
  const files: string[] = [];
  const put = (ending: string, data: string | Uint8Array): void => {
    writeAtomically(join(directory, FLAME_DIRECTORY), `${base}.${ending}`, data);
    files.push(`${FLAME_DIRECTORY}/${base}.${ending}`);
  };
  const { tree, named, title, subtitle } = content;
  for (const format of formats) {
    if (format === 'folded') put(format, (await import('../flame/formats/folded.js')).toFolded(tree));
    else if (format === 'pb.gz') put(format, (await import('../flame/formats/pprof.js')).encodePprof(named));
    else if (format === 'speedscope.json') put(format, JSON.stringify((await import('../flame/formats/speedscope.js')).toSpeedscope(named, title)));
    else if (format === 'svg') put(format, (await import('../flame/draw/svg.js')).flameSvg(tree, { title, subtitle }));
    else if (format === 'html') put(format, (await import('../flame/draw/html/flame-page.js')).flameHtml(tree, { title, subtitle }));
  }
  return files;
}

/** Removes the flame files of the oldest windows, of the oldest stalls and of the oldest alerts, beyond `keep` of each. By their numbers: local time may go back. */
export function keepNewestFlames(directory: string, keep: number): void {
  for (const groups of flameGroups(directory)) {
    for (const names of groups.slice(0, Math.max(0, groups.length - keep))) removeFlames(directory, names);
  }
}

/** Removes the flame files of the oldest window, or of the oldest stall or alert where no window has any. Whether there was something to remove. */
export function dropOldestFlame(directory: string): boolean {
  const groups = existsSync(join(directory, FLAME_DIRECTORY)) ? flameGroups(directory) : [];
  const oldest = groups.find(([first]) => first !== undefined)?.[0];
  if (oldest !== undefined) removeFlames(directory, oldest);
  return oldest !== undefined;
}

/** Names of the files of each window, each stall and each alert, oldest first. */
function flameGroups(directory: string): string[][][] {
  const kinds = { '': new Map<number, string[]>(), 'stall-': new Map<number, string[]>(), 'alert-': new Map<number, string[]>() };
  for (const name of readdirSync(join(directory, FLAME_DIRECTORY))) {
    // CPU . day . time . pid . thread . sequence . ending: a window's files share the sequence.
    const [, kind, number] = /^CPU\.\d+\.\d+\.\d+\.\d+\.(stall-|alert-|)(\d+)\./.exec(name) ?? [];
    if (kind === undefined) continue;
    const groups = kinds[kind as keyof typeof kinds];
    groups.set(Number(number), [...(groups.get(Number(number)) ?? []), name]);
  }
  return Object.values(kinds).map((groups) =>
    Array.from(groups)
      .sort(([a], [b]) => a - b)
      .map(([, names]) => names),
  );
}

function removeFlames(directory: string, names: readonly string[]): void {
  for (const name of names) rmSync(join(directory, FLAME_DIRECTORY, name), { force: true });
}
