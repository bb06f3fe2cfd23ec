// From the place and name V8 gives a function of generated code to its place and name in the source.

/** A source map with its script, as this needs it. Lines and columns are 0-based here. */
export interface MappedScript {
  /** The script's text. */
  text: string;
  /** Offset in the text at which a line begins. */
  lineStart(line: number): number;
  /** Last segment at or before a column: `[column, source, line, column, name?]` of the map; null where the line has none. */
  segmentAt(line: number, column: number): readonly number[] | null;
  /** First segment after a column of the line. */
  segmentAfter(line: number, column: number): readonly number[] | null;
  name(index: number): string;
  sourceCount: number;
  /** Text of a line of a source; null where the map does not hold the source. */
  sourceLine(source: number, line: number): string | null;
}

export interface OriginalFunction {
  source: number;
  line: number;
  column: number;
  function: string;
}

/** Characters before a function's place that its name is looked for in. */
const BEFORE_CHARS = 400;
/** Characters before a constructor that its class is looked for in. */
const CLASS_CHARS = 200_000;
/** Lines between two segments that an anonymous function is looked for in. */
const BETWEEN_LINES = 20;

const IDENTIFIER = '[\\p{ID_Start}$_][\\p{ID_Continue}$\\u200c\\u200d]*';
/** A name at the start of a piece of source, after the keywords that may stand before it. */
const NAME_AT = new RegExp(
  `^(?:export\\s+)?(?:default\\s+)?(?:static\\s+)?(?:async\\b\\s*)?(?:function\\b\\s*|class\\s+|const\\s+|let\\s+|var\\s+|get\\s+|set\\s+)?\\*?\\s*(#?${IDENTIFIER})`,
  'u',
);
const KEYWORD = /^(?:export|default|static|async|function|class|const|let|var|get|set|new|return|await|yield|if|for|while|extends|constructor)$/;

/**
 * V8 places a function at the parenthesis of its parameters (arrows of one bare parameter: at the parameter), a class at its constructor's. Bundlers map identifiers, with
 * the original name where they changed it, and rarely parentheses: what a segment at the parenthesis names is the first parameter. So the function's own
 * identifier is looked up in the generated code, in front of the parenthesis, and mapped from there.
 */
export function originalFunction(script: MappedScript, line: number, column: number, name: string): OriginalFunction | null {
  const start = script.lineStart(line);
  const before = script.text.slice(Math.max(start, start + column - BEFORE_CHARS), start + column);
  const beforeColumn = column - before.length;
  if (name !== '') {
    const found = identifierBefore(before, name);
    if (found !== null) {
      const mapped = mappedIdentifier(script, line, beforeColumn + found.column, found.identifier);
      if (mapped !== null) {
        const renamed = found.member === null ? mapped.function : memberName(script, line, beforeColumn, found.member, mapped.function);
        return { ...mapped, function: found.prefix + renamed };
      }
    }
    const constructed = /(?:^|[^\w$])constructor\s*$/.test(before) ? className(script, start + column, name) : null;
    const place = placeOf(script, line, column);
    return place && { ...place, function: constructed ?? name };
  }
  // The script itself, not a function of it. Of a bundle's many sources none is its.
  if (line === 0 && column === 0) return script.sourceCount === 1 ? { source: 0, line: 0, column: 0, function: '' } : null;
  const place = placeOf(script, line, column);
  if (place === null || !/\bfunction\s*\*?\s*$/.test(before)) return place && { ...place, function: '' };
  // Minifiers drop the name of a function expression that nothing refers to.
  const dropped = new RegExp(`^(?:async\\s+)?function\\b\\s*\\*?\\s*(${IDENTIFIER})`, 'u').exec(sourceAt(script, place) ?? '');
  return { ...place, function: dropped?.[1] ?? '' };
}

interface Found {
  /** `get ` and the like, which V8 puts in front. */
  prefix: string;
  /** What is to be mapped, and where in `before` it stands. */
  identifier: string;
  column: number;
  /** For `object.member = function`: the object's name and place are mapped first, then this. */
  member: { identifier: string; column: number; between: string } | null;
}

function identifierBefore(before: string, name: string): Found | null {
  const [, prefix, base] = /^((?:get |set )?)(.*)$/s.exec(name) as unknown as [string, string, string];
  const end = '["\'\\]]?\\s*(?:[=:]\\s*)?(?:async\\b\\s*)?(?:function\\b\\s*\\*?\\s*)?\\(?\\s*$';
  const at = (text: string): number => before.search(new RegExp(`(?<![\\w$#])${escaped(text)}${end}`));
  const column = at(base);
  if (column < 0) return null;
  const dotted = new RegExp(`^(${IDENTIFIER})(\\..*\\.|\\.)(${IDENTIFIER})$`, 'u').exec(base);
  if (dotted === null) return { prefix, identifier: base, column, member: null };
  const [, root, between, member] = dotted;
  return { prefix, identifier: root, column, member: { identifier: member, column: column + root.length + between.length, between } };
}

function memberName(
  script: MappedScript,
  line: number,
  beforeColumn: number,
  { identifier, column, between }: NonNullable<Found['member']>,
  root: string,
): string {
  const segment = script.segmentAt(line, beforeColumn + column);
  const isNamed = segment !== null && segment[0] === beforeColumn + column && segment.length === 5;
  return `${root}${between}${isNamed ? script.name(segment[4]) : identifier}`;
}

/** The original of an identifier that a segment begins at. */
function mappedIdentifier(script: MappedScript, line: number, column: number, identifier: string): OriginalFunction | null {
  const segment = script.segmentAt(line, column);
  if (segment === null || segment[0] !== column || segment.length < 4) return null;
  const place = { source: segment[1], line: segment[2], column: segment[3] };
  if (segment.length === 5) return { ...place, function: script.name(segment[4]) };
  return { ...place, function: nameAt(script, place) ?? identifier };
}

/** The name that the source has at a place; null without the source, or where it has none there. */
function nameAt(script: MappedScript, place: Omit<OriginalFunction, 'function'>): string | null {
  const text = sourceAt(script, place);
  const name = text === null ? undefined : NAME_AT.exec(text)?.[1];
  if (name !== undefined && !KEYWORD.test(name)) return name;
  return text !== null && /^(?:export\s+default\b|default\b)/.test(text) ? 'default' : null;
}

/** The class of a constructor, whose name is looked for in front of it: V8 names the constructor like the class. */
function className(script: MappedScript, offset: number, name: string): string | null {
  const text = script.text.slice(Math.max(0, offset - CLASS_CHARS), offset);
  const last = [...text.matchAll(new RegExp(`(?:\\bclass\\s+(?=${escaped(name)}\\b)|(?<![\\w$])(?=${escaped(name)}\\s*=\\s*class\\b))`, 'g'))].pop();
  if (last === undefined) return null;
  const at = offset - text.length + last.index + last[0].length;
  const lineBegin = script.text.lastIndexOf('\n', at - 1) + 1;
  let line = 0;
  for (let i = script.text.indexOf('\n'); i >= 0 && i < lineBegin; i = script.text.indexOf('\n', i + 1)) line++;
  return mappedIdentifier(script, line, at - lineBegin, name)?.function ?? null;
}

/** Where V8's place is in the source. Between two segments it is looked for in the source's text, and at the one before where there is no text. */
function placeOf(script: MappedScript, line: number, column: number): Omit<OriginalFunction, 'function'> | null {
  const at = script.segmentAt(line, column);
  if (at === null || at.length < 4) return null;
  const place = { source: at[1], line: at[2], column: at[3] };
  const after = at[0] === column ? null : script.segmentAfter(line, column);
  if (after === null || after.length < 4 || after[1] !== at[1]) return place;
  return functionBetween(script, place, { line: after[2], column: after[3] }) ?? place;
}

/** The last head of a function between two places of one source. */
function functionBetween(
  script: MappedScript,
  from: Omit<OriginalFunction, 'function'>,
  to: { line: number; column: number },
): Omit<OriginalFunction, 'function'> | null {
  if (to.line < from.line || to.line - from.line > BETWEEN_LINES) return null;
  const lines: string[] = [];
  for (let line = from.line; line <= to.line; line++) {
    const text = script.sourceLine(from.source, line);
    if (text === null) return null;
    lines.push(text.slice(line === from.line ? from.column : 0, line === to.line ? to.column : undefined));
  }
  const between = lines.join('\n');
  const heads = [...between.matchAll(/(?:async\s+)?function\b|(?:async\s*)?(?:\([^()]*\)|[\w$]+)\s*(?::[^=;{}()]*)?=>/g)];
  const head = heads.pop();
  if (head === undefined) return null;
  const above = between.slice(0, head.index).split('\n');
  const lastLine = above[above.length - 1];
  return { source: from.source, line: from.line + above.length - 1, column: lastLine.length + (above.length === 1 ? from.column : 0) };
}

function sourceAt(script: MappedScript, { source, line, column }: Omit<OriginalFunction, 'function'>): string | null {
  return script.sourceLine(source, line)?.slice(column) ?? null;
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
