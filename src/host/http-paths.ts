// Paths of HTTP requests by method, route or host, and class of status: resolved once each, then looked up. Thread: application, once a request. Forbidden: allocation after the first request of a kind. Budget: 30 ns.
import { HTTP_KEYS_MAX } from '../core/limits.js';

/** Where a span ends up; a `Path` is one. */
export interface SpanSink {
  /** Records a span that began at startMs (monotonicMs of core/clock.ts) and ends now. */
  endFrom(startMs: number, ok: boolean): void;
}

/** Interns a path; slow (about 300 ns), so that its results are kept here. */
export type PathFor = (name: string, labels: { [label: string]: string }) => SpanSink;

/** Told of a fault of a probe's own; the host never sees it. */
export type OnProbeFault = (code: string, message: string) => void;

/** In place of routes or hosts beyond the limit. */
export const OTHER_KEY = '(other)';

/** In place of a status code: the request ended without a response. */
export const NO_RESPONSE = 0;

/** RFC 9110's methods, PATCH and QUERY. A client can send any other, and a path never goes away. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'CONNECT', 'TRACE', 'QUERY']);
const OTHER_METHOD = 'OTHER';

const STATUS_LABELS = ['', '1xx', '2xx', '3xx', '4xx', '5xx', 'other'];
const OTHER_STATUS = 6;

/** Sinks of one method and key, by index of STATUS_LABELS. */
interface Entry {
  method: string;
  key: string;
  sinks: (SpanSink | undefined)[];
}

/** The paths of one probe. */
export class HttpPaths {
  private readonly pathFor: PathFor;
  private readonly name: string;
  private readonly keyLabel: string;
  private readonly noResponse: string;
  private readonly keys = new Set<string>();
  private readonly byMethod = new Map<string, Map<string, Entry>>();

  /** keyLabel: name of the label that holds the route or host. noResponse: status of requests that end without a response. */
  constructor(pathFor: PathFor, name: string, keyLabel: string, noResponse: string) {
    this.pathFor = pathFor;
    this.name = name;
    this.keyLabel = keyLabel;
    this.noResponse = noResponse;
  }

  /** statusCode: that of the response, or NO_RESPONSE. */
  sinkFor(method: string, key: string, statusCode: number): SpanSink {
    const entry = this.byMethod.get(method)?.get(key) ?? this.entryFor(method, key);
    const index = statusCode >= 100 && statusCode < 600 ? (statusCode / 100) | 0 : statusCode === NO_RESPONSE ? NO_RESPONSE : OTHER_STATUS;
    return entry.sinks[index] ?? this.addSink(entry, index);
  }

  /** Slow only for the first request of a kind, for methods that are OTHER, and for keys beyond the limit. */
  private entryFor(anyMethod: string, anyKey: string): Entry {
    const method = METHODS.has(anyMethod) ? anyMethod : OTHER_METHOD;
    const key = this.admit(anyKey) ? anyKey : OTHER_KEY;
    let byKey = this.byMethod.get(method);
    if (byKey === undefined) this.byMethod.set(method, (byKey = new Map()));
    let entry = byKey.get(key);
    if (entry === undefined) byKey.set(key, (entry = { method, key, sinks: new Array(STATUS_LABELS.length).fill(undefined) }));
    return entry;
  }

  private admit(key: string): boolean {
    if (this.keys.has(key)) return true;
    if (this.keys.size >= HTTP_KEYS_MAX) return false;
    this.keys.add(key);
    return true;
  }

  private addSink(entry: Entry, index: number): SpanSink {
    const status = index === NO_RESPONSE ? this.noResponse : STATUS_LABELS[index];
    return (entry.sinks[index] = this.pathFor(this.name, { method: entry.method, [this.keyLabel]: entry.key, status }));
  }
}
