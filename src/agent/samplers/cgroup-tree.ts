// Where a process's control groups are: their directories, from its own group up to the mount. cgroup v1 and v2. Thread: agent, rarely. Cost: 70 µs.
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

export interface CgroupOptions {
  /** Where /proc and /sys are found; another directory in tests. */
  root?: string;
  pid?: number | 'self';
}

/** Directories of one controller's groups, the process's own first. Those of a hierarchy that is not mounted do not exist. */
export interface CgroupDirectories {
  v2: string[];
  v1: string[];
}

/** A mounted hierarchy: what part of it is mounted, and where. */
interface CgroupMount {
  from: string;
  at: string;
}

const DEFAULT_V2: CgroupMount = { from: '/', at: '/sys/fs/cgroup' };

/** controller: as v1 names it (`memory`, `cpu`), which is also where it is mounted when mounts are not told. */
export function findCgroups(controller: string, { root = '/', pid = 'self' }: CgroupOptions = {}): CgroupDirectories {
  const cgroups = readText(join(root, 'proc', String(pid), 'cgroup'));
  const mounts = parseMounts(readText(join(root, 'proc', String(pid), 'mountinfo')) ?? '', controller);
  return {
    v2: upwards(root, cgroupPath(cgroups, null), mounts.v2 ?? DEFAULT_V2),
    v1: upwards(root, cgroupPath(cgroups, controller), mounts.v1 ?? { from: '/', at: `/sys/fs/cgroup/${controller}` }),
  };
}

/** null when it cannot be read. */
export function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

/** Path of the process in the hierarchy of `controller` (null: v2's). `/` when it is not told. */
function cgroupPath(cgroups: string | null, controller: string | null): string {
  for (const line of (cgroups ?? '').split('\n')) {
    const [id, controllers, ...path] = line.split(':');
    const isIt = controller === null ? id === '0' && controllers === '' : (controllers?.split(',').includes(controller) ?? false);
    if (isIt) return path.join(':') || '/';
  }
  return '/';
}

/** The first mounts of v2 and of v1's controller in /proc/<pid>/mountinfo. */
function parseMounts(mountinfo: string, controller: string): { v1?: CgroupMount; v2?: CgroupMount } {
  const mounts: { v1?: CgroupMount; v2?: CgroupMount } = {};
  for (const line of mountinfo.split('\n')) {
    // `id parent device from at options [optional fields] - type source options`
    const [left, right = ''] = line.split(' - ');
    const [type, , options = ''] = right.split(' ');
    const [, , , from, at] = left.split(' ');
    if (from === undefined || at === undefined) continue;
    const mount = { from: unescapeOctal(from), at: unescapeOctal(at) };
    if (type === 'cgroup2') mounts.v2 ??= mount;
    else if (type === 'cgroup' && options.split(',').includes(controller)) mounts.v1 ??= mount;
  }
  return mounts;
}

const unescapeOctal = (text: string): string => text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));

/** The group and those above it, as far as they are mounted. */
function upwards(root: string, path: string, mount: CgroupMount): string[] {
  const directories: string[] = [];
  for (let group = inMount(path, mount); ; group = posix.dirname(group)) {
    directories.push(join(root, mount.at, group));
    if (group === '/') return directories;
  }
}

/** In a container the host's path may be told while only the container's part is mounted; in a namespace, a path above it (`/../..`) is out of sight. */
function inMount(path: string, { from }: CgroupMount): string {
  const inside = from !== '/' && (path === from || path.startsWith(`${from}/`)) ? path.slice(from.length) : path;
  return posix.resolve('/', inside);
}
