// Reads a profile file of any format that pitot knows, by its content.
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { PitotError } from '../../core/errors.js';
import type { SourceMaps } from '../names/source-maps.js';
import type { NamedProfile } from '../profile.js';
import { type CpuProfile, fromCpuProfile, typicalIntervalUs } from './cpu-profile.js';
import type { SpeedscopeFile } from './speedscope.js';

export interface ReadProfileOptions {
  /** Files inside are named relative to it. Default: the working directory. */
  cwd?: string;
  /** For CPU profiles of bundles and compiled code that lie on this disk. Null: frames stay as the file has them. Default: maps as found. */
  sourceMaps?: Pick<SourceMaps, 'resolve'> | null;
}

/** Bytes that a gzipped file may unfold to. */
const BYTES_MAX = 1024 * 1024 * 1024;
const FORMATS = 'a profile: .cpuprofile, .pb.gz (pprof), .speedscope.json or folded stacks';

/**
 * The profiles of a file, one a thread: V8's `.cpuprofile`, pprof, speedscope's JSON, folded stacks; gzipped or not.
 * @throws PitotError INPUT_FILE for a file that cannot be read or is none of these, and says in what.
 */
export async function readProfileFile(path: string, { cwd = process.cwd(), sourceMaps }: ReadProfileOptions = {}): Promise<NamedProfile[]> {
  const bytes = unzipped(await bytesOf(path), path);
  if (isBinary(bytes)) {
    const { decodePprof } = await import('./pprof.js');
    return decodePprof(bytes, { cwd }, path);
  }
  const text = bytes.toString().replace(/^\ufeff/, '');
  if (/^\s*[{[]/.test(text)) return readJson(parsed(text, path), path, cwd, sourceMaps);
  const { fromFolded } = await import('./folded.js');
  return [fromFolded(text, { cwd }, path)];
}

async function readJson(json: unknown, path: string, cwd: string, sourceMaps: ReadProfileOptions['sourceMaps']): Promise<NamedProfile[]> {
  const found = json as Partial<CpuProfile & SpeedscopeFile & { profile: CpuProfile; schema: string; head: unknown }>;
  if (found.shared !== undefined && found.profiles !== undefined) {
    const { fromSpeedscope } = await import('./speedscope.js');
    return fromSpeedscope(found as SpeedscopeFile, { cwd }, path);
  }
  // Answers of the inspector hold the profile under this name.
  const cpu = (found.nodes === undefined && found.profile?.nodes !== undefined ? found.profile : found) as CpuProfile;
  if (cpu.nodes === undefined) throw unreadable(path, what(found));
  const { nameProfile } = await import('../names/name-profile.js');
  const raw = fromCpuProfile(cpu, { thread: threadOf(path), intervalUs: typicalIntervalUs(cpu), source: path });
  const maps = sourceMaps === undefined ? new (await import('../names/source-maps.js')).SourceMaps() : sourceMaps;
  return [nameProfile(raw, { cwd, sourceMaps: maps })];
}

function what(json: { schema?: unknown; head?: unknown }): string {
  if (Array.isArray(json)) return 'a list, as of Chrome’s tracing';
  if (typeof json.schema === 'string') return `a file of ${json.schema}`;
  if (json.head !== undefined) return 'a heap profile';
  return `JSON with ${Object.keys(json).slice(0, 5).join(', ') || 'nothing in it'}`;
}

/** Node.js names profiles `CPU.<date>.<time>.<pid>.<thread>.<number>.cpuprofile`, thread 0 being the main one. */
function threadOf(path: string): string {
  const thread = /^CPU\.\d+\.\d+\.\d+\.(\d+)\./.exec(basename(path))?.[1] ?? '0';
  return thread === '0' ? 'main' : `worker-${thread}`;
}

async function bytesOf(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw unreadable(path, error instanceof Error ? error.message : String(error));
  }
}

function unzipped(bytes: Buffer, path: string): Buffer {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: BYTES_MAX });
  } catch (error) {
    throw unreadable(path, error instanceof Error ? error.message : String(error));
  }
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreadable(path, error instanceof Error ? error.message : String(error));
  }
}

/** Text has no control characters but line ends and tabs; protobuf has, in its first field's key and length already. */
function isBinary(bytes: Buffer): boolean {
  return bytes.subarray(0, 1024).some((byte) => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d);
}

function unreadable(path: string, received: string): PitotError {
  return new PitotError('INPUT_FILE', { option: path, allowed: FORMATS, received, remedy: 'Name a file that a profiler wrote.' });
}
