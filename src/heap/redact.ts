// Takes the contents out of a heap snapshot on its way to the disk: texts, keys that are data, numbers, patterns go; names of classes, functions, properties
// and variables, all sizes, nodes and edges stay. A stream: what is kept in memory is a byte a node and a byte a distinct text.
import { REDACTED_DICTIONARY_KEYS, REDACTED_HEAD_CHARS_MAX, REDACTED_LABEL_CHARS_MAX, REDACTED_SCRIPT_CHARS_MAX } from '../core/evidence-limits.js';
import { REDACTED, redactedName, USE_CODE, USE_LABEL, USE_PROPERTY } from './redact-names.js';

/** Nodes whose name is what they hold. Theirs is entry 0 of the strings, which V8 leaves unused: no text is known by a name that equals it. */
const VALUE_TYPES = new Set(['string', 'number', 'bigint', 'regexp', 'symbol']);
const EDGES_BY_INDEX = new Set(['element', 'hidden']);

interface Meta {
  node_fields: string[];
  node_types: (string | string[])[];
  edge_fields: string[];
  edge_types: (string | string[])[];
  trace_function_info_fields?: string[];
}

type Numbers = (field: number, value: number) => void;

type State =
  | { kind: 'head' }
  /** Between two arrays. */
  | { kind: 'between' }
  /** In an array whose numbers mean something. */
  | { kind: 'numbers'; isNodes: boolean; fields: number; field: number; take: Numbers }
  | { kind: 'skipped'; depth: number }
  | { kind: 'strings' }
  | { kind: 'string'; isEscaped: boolean }
  | { kind: 'tail' };

export class SnapshotRedactor {
  private readonly out: (text: string) => void;
  private state: State = { kind: 'head' };
  private error: Error | null = null;
  /** Of the head, of what is between arrays, or of a text. */
  private held = '';
  private value = Number.NaN;
  /** Digits of a name that goes: not written. */
  private isDropped = false;
  private textAt = 0;
  private meta: Meta = { node_fields: [], node_types: [], edge_fields: [], edge_types: [] };
  private uses = new Uint8Array(64 * 1024);
  private nodeUse = new Uint8Array(0);
  /** USE_ flag of each edge type's names; 0: it has an index. */
  private edgeUse = new Uint8Array(0);
  private propertyType = -1;
  private readonly node = { type: 0, name: 0, edgeCount: 0, at: 0, use: 0 };
  private readonly edge = { type: 0, name: 0, use: 0, isProperty: false };
  private edgeCounts = new Uint8Array(0);
  private readonly manyEdges = new Map<number, number>();
  private readonly owner = { at: -1, left: 0, keys: 0 };
  private readonly keys = new Int32Array(REDACTED_DICTIONARY_KEYS);

  /** out: takes the redacted text, piece by piece. */
  constructor(out: (text: string) => void) {
    this.out = out;
  }

  /** Never throws: what it does not understand is told at the end, and nothing more is written. */
  push(chunk: string): void {
    if (this.error !== null) return;
    try {
      this.out(this.redact(chunk));
    } catch (error) {
      this.error = error as Error;
    }
  }

  /** @throws when the snapshot was cut short, or is not as V8 writes it: the file is not to be kept. */
  end(): void {
    if (this.error !== null) throw this.error;
    if (this.state.kind !== 'tail') throw new Error('the snapshot ends early');
  }

  private redact(chunk: string): string {
    let text = '';
    for (let at = 0; at < chunk.length; ) {
      const begin = at;
      const { state } = this;
      if (state.kind === 'numbers') [at, text] = this.numbers(state, chunk, at, text);
      else if (state.kind === 'strings') {
        at = this.betweenStrings(chunk, at);
        text += chunk.slice(begin, at);
      } else if (state.kind === 'string') {
        at = this.inString(state, chunk, at);
        if (this.state.kind === 'strings') text += this.takeString();
      } else {
        if (state.kind === 'tail') at = chunk.length;
        else if (state.kind === 'skipped') at = this.skip(state, chunk, at);
        else at = this.toArray(state.kind, chunk, at);
        text += chunk.slice(begin, at);
      }
    }
    return text;
  }

  /** To just behind the next `[` that opens one of the file's arrays. */
  private toArray(kind: 'head' | 'between', chunk: string, at: number): number {
    for (; at < chunk.length; at++) {
      this.held += chunk[at];
      if (this.held.length > REDACTED_HEAD_CHARS_MAX) throw new Error('not a heap snapshot as V8 writes it');
      if (chunk[at] !== '[') continue;
      const name = /"(\w+)":\s*\[$/.exec(this.held)?.[1];
      // The lists of names in the head are arrays too.
      if (name === undefined || (kind === 'head' && name !== 'nodes')) continue;
      if (kind === 'head') this.readHead();
      this.held = '';
      this.state = this.arrayOf(name);
      return at + 1;
    }
    return at;
  }

  private readHead(): void {
    const { snapshot } = JSON.parse(`${this.held.replace(/,\s*"nodes":\s*\[$/, '')}}`) as { snapshot: { node_count: number; meta: Meta } };
    const { meta, node_count } = snapshot;
    this.meta = meta;
    this.edgeCounts = new Uint8Array(node_count);
    const { node_fields, edge_fields } = meta;
    Object.assign(this.node, { type: node_fields.indexOf('type'), name: node_fields.indexOf('name'), edgeCount: node_fields.indexOf('edge_count') });
    Object.assign(this.edge, { type: edge_fields.indexOf('type'), name: edge_fields.indexOf('name_or_index') });
    // A node's name is dropped by its type, which must be known by then.
    if (this.node.type < 0 || this.node.name < this.node.type || this.node.edgeCount < 0 || this.edge.type < 0 || this.edge.name < this.edge.type)
      throw new Error('the fields of its nodes and edges are not those of V8');
    const nodeTypes = meta.node_types[this.node.type] as string[];
    const edgeTypes = meta.edge_types[this.edge.type] as string[];
    this.nodeUse = Uint8Array.from(nodeTypes, (type) => (VALUE_TYPES.has(type) ? 0 : type === 'code' ? USE_CODE : USE_LABEL));
    this.edgeUse = Uint8Array.from(edgeTypes, (type) => (EDGES_BY_INDEX.has(type) ? 0 : type === 'internal' ? USE_LABEL : USE_PROPERTY));
    this.propertyType = edgeTypes.indexOf('property');
  }

  private arrayOf(name: string): State {
    const { node_fields, edge_fields, trace_function_info_fields = [] } = this.meta;
    const array = (isNodes: boolean, fields: number, take: Numbers): State => ({ kind: 'numbers', isNodes, fields, field: 0, take });
    if (name === 'nodes') return array(true, node_fields.length, (field, value) => this.takeNode(field, value));
    if (name === 'edges') return array(false, edge_fields.length, (field, value) => this.takeEdge(field, value));
    if (name === 'trace_function_infos') {
      const isName = trace_function_info_fields.map((field) => field === 'name' || field === 'script_name');
      return array(false, isName.length || 1, (field, value) => isName[field] && this.use(value, USE_CODE));
    }
    return name === 'strings' ? { kind: 'strings' } : { kind: 'skipped', depth: 1 };
  }

  private numbers(state: State & { kind: 'numbers' }, chunk: string, at: number, text: string): [at: number, text: string] {
    let from = at;
    for (; at < chunk.length; at++) {
      const digit = chunk.charCodeAt(at) - 48;
      if (digit >= 0 && digit <= 9) {
        if (Number.isNaN(this.value)) {
          this.value = 0;
          if (state.isNodes && state.field === this.node.name && this.node.use === 0) {
            text += `${chunk.slice(from, at)}0`;
            this.isDropped = true;
          }
        }
        this.value = this.value * 10 + digit;
        if (this.isDropped) from = at + 1;
        continue;
      }
      if (!Number.isNaN(this.value)) {
        state.take(state.field, this.value);
        state.field = state.field + 1 === state.fields ? 0 : state.field + 1;
        this.value = Number.NaN;
        this.isDropped = false;
      }
      if (digit === CLOSE - 48) {
        this.state = { kind: 'between' };
        at++;
        break;
      }
    }
    return [at, text + chunk.slice(from, at)];
  }

  private takeNode(field: number, value: number): void {
    const { node } = this;
    if (field === node.type) node.use = this.nodeUse[value] ?? 0;
    else if (field === node.name) {
      if (node.use !== 0) this.use(value, node.use);
    } else if (field === node.edgeCount) {
      this.edgeCounts[node.at] = Math.min(value, 255);
      if (value >= 255) this.manyEdges.set(node.at, value);
    }
    if (field === this.meta.node_fields.length - 1) node.at++;
  }

  /** Edges come in the order of the nodes that they belong to. */
  private takeEdge(field: number, value: number): void {
    const { edge, owner } = this;
    if (field === edge.type) {
      edge.use = this.edgeUse[value] ?? 0;
      edge.isProperty = value === this.propertyType;
    } else if (field === edge.name && edge.use !== 0) {
      if (!edge.isProperty) this.use(value, edge.use);
      else if (owner.keys < this.keys.length) this.keys[owner.keys] = value;
    }
    if (field !== this.meta.edge_fields.length - 1) return;
    while (owner.left === 0) {
      owner.at++;
      if (owner.at >= this.edgeCounts.length) throw new Error('more edges than its nodes have');
      owner.left = this.edgeCounts[owner.at] === 255 ? (this.manyEdges.get(owner.at) as number) : this.edgeCounts[owner.at];
    }
    if (edge.isProperty) owner.keys++;
    owner.left--;
    if (owner.left > 0) return;
    // What has more is a dictionary, and its keys are data.
    if (owner.keys <= this.keys.length) for (let i = 0; i < owner.keys; i++) this.use(this.keys[i], USE_PROPERTY);
    owner.keys = 0;
  }

  private use(entry: number, use: number): void {
    if (entry >= this.uses.length) {
      const larger = new Uint8Array(2 ** Math.ceil(Math.log2(entry + 1)));
      larger.set(this.uses);
      this.uses = larger;
    }
    this.uses[entry] |= use;
  }

  private skip(state: State & { kind: 'skipped' }, chunk: string, at: number): number {
    for (; at < chunk.length; at++) {
      const char = chunk.charCodeAt(at);
      if (char === OPEN) state.depth++;
      else if (char === CLOSE && --state.depth === 0) {
        this.state = { kind: 'between' };
        return at + 1;
      }
    }
    return at;
  }

  private betweenStrings(chunk: string, at: number): number {
    for (; at < chunk.length; at++) {
      const char = chunk.charCodeAt(at);
      if (char !== QUOTE && char !== CLOSE) continue;
      this.state = char === QUOTE ? { kind: 'string', isEscaped: false } : { kind: 'tail' };
      return at + 1;
    }
    return at;
  }

  /** To just behind the closing quote. Nothing of what is read is written as it stands. */
  private inString(state: State & { kind: 'string' }, chunk: string, at: number): number {
    const begin = at;
    let end = -1;
    for (; at < chunk.length && end < 0; at++) {
      const char = chunk.charCodeAt(at);
      if (state.isEscaped) state.isEscaped = false;
      else if (char === BACKSLASH) state.isEscaped = true;
      else if (char === QUOTE) end = at;
    }
    // What is used for nothing goes whatever it is; what is too long for a name is no name.
    if ((this.uses[this.textAt] ?? 0) !== 0 && this.held.length <= ESCAPED_CHARS_MAX) this.held += chunk.slice(begin, end < 0 ? at : end);
    if (end >= 0) this.state = { kind: 'strings' };
    return at;
  }

  /** The text that has just ended, as it is written, closing quote included. */
  private takeString(): string {
    const uses = this.uses[this.textAt++] ?? 0;
    const { held } = this;
    this.held = '';
    if (uses === 0 || held.length > ESCAPED_CHARS_MAX) return `${REDACTED}"`;
    const text = JSON.parse(`"${held}"`) as string;
    const name = redactedName(text, uses);
    return name === text ? `${held}"` : `${JSON.stringify(name).slice(1)}`;
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x5b;
const CLOSE = 0x5d;
/** A name as JSON has it: each character may be \uXXXX. */
const ESCAPED_CHARS_MAX = Math.max(REDACTED_LABEL_CHARS_MAX, REDACTED_SCRIPT_CHARS_MAX) * 6;
