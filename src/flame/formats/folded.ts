// Folded stacks, `a;b;c N` a line: what flamegraph.pl, inferno and speedscope read. N is µs here.
import { PitotError, show } from '../../core/errors.js';
import type { CallNode } from '../call-tree.js';
import { type NamingOptions, urlOfFrame } from '../names/frame-name.js';
import type { Frame, NamedProfile, RawFrame } from '../profile.js';
import { ROOT_FUNCTION } from '../profile-builder.js';
import { WeightedStacks } from './weighted-stacks.js';

/** Each call path with self time on a line, in order of the text: `outer (file:line);inner (file:line) µs`. The root is left out. */
export function toFolded(root: CallNode): string {
  const lines: string[] = [];
  const stack: [node: CallNode, path: string][] = [[root, '']];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const [node, path] = top;
    const selfUs = Math.round(node.selfUs);
    if (selfUs > 0) lines.push(`${path === '' ? foldedFrame(node.frame) : path} ${selfUs}`);
    for (const child of node.children) stack.push([child, `${path}${path === '' ? '' : ';'}${foldedFrame(child.frame)}`]);
  }
  return lines
    .sort()
    .map((line) => `${line}\n`)
    .join('');
}

/**
 * Reads folded stacks of any origin; weights are taken as µs.
 * @throws PitotError INPUT_FILE for a line that is none, and names it.
 */
export function fromFolded(text: string, naming: NamingOptions, source = 'folded stacks'): NamedProfile {
  const stacks = new WeightedStacks(naming);
  text.split(/\r?\n/).forEach((line, i) => {
    if (line.trim() === '' || line.startsWith('#')) return;
    const match = /^(.*\S)\s+(\d+(?:\.\d+)?)\s*$/.exec(line);
    if (match === null) {
      const remedy = 'Write a stack from the outermost frame on and its weight on each line.';
      throw new PitotError('INPUT_FILE', { option: `${source}, line ${i + 1}`, allowed: 'frame;frame;frame N', received: show(line), remedy });
    }
    const frames = match[1] === ROOT_FUNCTION ? [] : match[1].split(';').map((frame) => stacks.frame(frameOf(frame)));
    stacks.add(frames, Number(match[2]));
  });
  return stacks.build('main', 0);
}

function foldedFrame(frame: Frame): string {
  const url = urlOfFrame(frame);
  const text = url === '' ? frame.function : `${frame.function} (${url}:${frame.line})`;
  // Semicolons part frames, line ends part stacks: both occur in the names of regular expressions. Other control characters are for no terminal.
  return text
    .replaceAll(';', ',')
    .replace(/\s+/g, ' ')
    .replace(/\p{Cc}/gu, '\ufffd')
    .trim();
}

function frameOf(text: string): RawFrame {
  const match = /^(.*) \((.+):(\d+)\)$/.exec(text);
  return match ? { function: match[1], url: match[2], line: Number(match[3]), column: 0 } : { function: text, url: '', line: 0, column: 0 };
}
