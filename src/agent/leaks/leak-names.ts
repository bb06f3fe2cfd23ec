// Files and functions of a leak as flame graphs name them.
import type { LeakVerdict } from '../../diagnose/leaks/leak-verdict.js';
import { nameFrame } from '../../flame/names/frame-name.js';
import type { HeapSuspect } from '../../heap/heap-analysis.js';
import type { SeenFunction } from './call-table.js';

export const placeOf = ({ function: name, file, line }: SeenFunction): string => (file === '' ? name : `${name} ${file}:${line}`);

/** Files as flame graphs name them: from the working directory on, or by their package. */
export interface Names {
  file(file: string): string;
  /** Whether a file is the application's own. */
  isOwn(file: string): boolean;
  place<T extends { file: string }>(of: T): { file: string };
  /** A text in which files may be named as V8 does. */
  text(text: string): string;
}

export function namesOf({ functions }: LeakVerdict, suspects: readonly HeapSuspect[], cwd: string): Names {
  const frame = (raw: string) => nameFrame({ function: '', url: raw, line: 0, column: 0 }, { cwd });
  const file = (raw: string): string => (raw === '' ? '' : frame(raw).file);
  const raws = [
    ...functions.flatMap((it) => [it.file, it.caller?.file ?? '']),
    ...suspects.flatMap(({ holderPlace, place }) => [holderPlace?.file ?? '', place?.file ?? '']),
  ];
  // The longest first: a path may be a part of another.
  const known = [...new Set(raws)].filter((raw) => raw !== '').sort((a, b) => b.length - a.length);
  return {
    file,
    isOwn: (raw) => frame(raw).kind === 'user',
    place: (of) => ({ file: file(of.file) }),
    text: (text) => known.reduce((told, raw) => told.replaceAll(raw, file(raw)), text),
  };
}
