// Names a frame the way people read it: the file from the working directory on, the package, and what kind of code it is.
import type { Frame, FrameKind, RawFrame } from '../profile.js';

export interface NamingOptions {
  /** Absolute; files inside are named relative to it. Empty: none are. */
  cwd: string;
  /** Root of pitot's own package: its frames are the package `pitot`, even where it does not lie under node_modules (a linked checkout). */
  pitotRoot?: string;
}

export const ANONYMOUS = '(anonymous)';

/** Longest function name kept, characters: V8 names regular expressions by their whole source. */
const FUNCTION_CHARS_MAX = 200;

const OWN_NAMES: ReadonlyMap<string, FrameKind> = new Map([
  ['(garbage collector)', 'gc'],
  ['(program)', 'program'],
  ['(idle)', 'idle'],
]);
/** Stand-ins of pitot's, in profiles that it wrote and now reads again. */
const STAND_INS = /^\((?:root|not running|not profiled|unattributed|[\d,]+ small frames?)\)$/;

/** What V8 told, or a source map: the kind follows from the place. */
export function nameFrame(raw: RawFrame, options: NamingOptions): Frame {
  const name = cut(raw.function === '' ? ANONYMOUS : raw.function);
  const { line, column } = raw;
  if (raw.url === '') {
    const kind = OWN_NAMES.get(name) ?? (STAND_INS.test(name) ? 'none' : 'native');
    return { function: name, file: '', line, column, kind, package: '' };
  }
  if (raw.url.startsWith('node:')) return { function: name, file: raw.url, line, column, kind: 'core', package: '' };
  if (raw.url.startsWith('wasm:')) return { function: name, file: raw.url, line, column, kind: 'wasm', package: '' };
  const path = pathOfUrl(raw.url);
  const inPackage = packagePath(path) ?? pitotPath(path, options.pitotRoot);
  if (inPackage !== null)
    return { function: name, file: `${inPackage.name}${inPackage.inside}`, line, column, kind: 'package', package: inPackage.name };
  return { function: name, file: relativeTo(options.cwd, path), line, column, kind: 'user', package: '' };
}

/** The place of a named frame as formats write it; `nameFrame` makes the same frame of it again. */
export function urlOfFrame(frame: Frame): string {
  return frame.kind === 'package' ? `node_modules/${frame.file}` : frame.file;
}

/** The path of a script with slashes alone: of a `file:` URL, a Windows path, or as it is. Bundlers' `webpack://name/./src/a.ts` is the path in the project. */
export function pathOfUrl(url: string): string {
  if (url.startsWith('file:')) {
    // As loaders do, a query makes a module new without being part of its path.
    const path = decoded(url.replace(/^file:\/{0,2}(?=\/)/, '').replace(/[?#].*$/s, ''));
    return /^\/[A-Za-z]:[/\\]/.test(path) ? slashes(path.slice(1)) : path;
  }
  const bundled = /^webpack(?:-internal)?:\/\/(?:[^/]*\/|\/)(.*)$/s.exec(url);
  if (bundled) return bundled[1].replace(/\?[^?/]*$/, '').replace(/^(?:\.\/)+/, '');
  return /^[A-Za-z]:\\|^\\\\/.test(url) ? slashes(url) : url;
}

/** Of the innermost node_modules: pnpm keeps packages in `node_modules/.pnpm/x@1/node_modules/x`. */
function packagePath(path: string): { name: string; inside: string } | null {
  const at = path.lastIndexOf('/node_modules/');
  const rest = at >= 0 ? path.slice(at + '/node_modules/'.length) : path.startsWith('node_modules/') ? path.slice('node_modules/'.length) : null;
  const match = rest === null ? null : /^((?:@[^/]+\/)?[^/]+)(\/.*)$/s.exec(rest);
  return match && { name: match[1], inside: match[2] };
}

function pitotPath(path: string, pitotRoot: string | undefined): { name: string; inside: string } | null {
  const root = pitotRoot === undefined ? null : slashes(pitotRoot).replace(/\/$/, '');
  // Its examples and tests are applications as any other.
  return root !== null && path.startsWith(`${root}/`) && /^\/(?:dist|(?:build\/)?(?:src|workers))\//.test(path.slice(root.length))
    ? { name: 'pitot', inside: path.slice(root.length) }
    : null;
}

function relativeTo(cwd: string, path: string): string {
  const root = slashes(cwd).replace(/\/+$/, '');
  return root !== '' && path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
}

const slashes = (path: string): string => (/^[A-Za-z]:|^\\\\/.test(path) ? path.replaceAll('\\', '/') : path);

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function cut(name: string): string {
  return name.length > FUNCTION_CHARS_MAX ? `${name.slice(0, FUNCTION_CHARS_MAX - 1)}…` : name;
}
