// One POST of JSON over node:http or node:https, and what became of it in three words: delivered, retry, refused.
import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { wallMs } from '../../core/clock.js';
import { ANSWER_BYTES_MAX, ANSWER_DRAIN_MS, REDIRECTS_MAX } from '../../core/limits.js';
import { VERSION } from '../../core/version.js';
import { retryAfterMs } from './retry-after.js';

export interface PostRequest {
  url: string;
  headers: Readonly<Record<string, string>>;
  /** JSON text. */
  body: string;
  /** Of the whole exchange, redirects included. */
  timeoutMs: number;
  signal?: AbortSignal | undefined;
  /** Default: that of Node.js. */
  lookup?: LookupFunction | undefined;
}

/** Reasons hold status numbers and error codes alone: neither address, nor header, nor anything the receiver wrote. */
export type PostOutcome =
  | { kind: 'delivered'; status: number }
  | { kind: 'retry'; reason: string; retryAfterMs?: number }
  | { kind: 'refused'; reason: string };

/** A status that says so, without what follows it. Redirect: where to, when it may be followed. */
type Answer = PostOutcome | { kind: 'redirect'; url: string };

const REFUSED_BUT: ReadonlySet<number> = new Set([408, 425, 429]);

/**
 * A 2xx status is a delivery, whatever becomes of the answer's body: its receiver has taken the alert, and asking again would send it twice.
 * 4xx but 408, 425 and 429 are refused, and so are redirects but 307 and 308 within the same origin. All else is to be tried again.
 * Certificates are verified whatever NODE_TLS_REJECT_UNAUTHORIZED says. Never rejects.
 */
export async function postJson(request: PostRequest): Promise<PostOutcome> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort('timeout'), request.timeoutMs);
  const onAbort = (): void => deadline.abort('aborted');
  request.signal?.addEventListener('abort', onAbort, { once: true });
  if (request.signal?.aborted) deadline.abort('aborted');
  try {
    let { url } = request;
    for (let redirects = 0; redirects <= REDIRECTS_MAX; redirects++) {
      const answer = await exchange(new URL(url), request, deadline.signal);
      if (answer.kind !== 'redirect') return answer;
      url = answer.url;
    }
    return { kind: 'refused', reason: `more than ${REDIRECTS_MAX} redirects` };
  } catch (error) {
    return { kind: 'retry', reason: reasonOf(error) };
  } finally {
    clearTimeout(timer);
    request.signal?.removeEventListener('abort', onAbort);
  }
}

function exchange(url: URL, { headers, body, timeoutMs, lookup }: PostRequest, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const isTls = url.protocol === 'https:';
    const options = {
      method: 'POST',
      agent: false as const,
      lookup,
      headers: {
        ...headers,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': `pitot/${VERSION}`,
        connection: 'close',
      },
    };
    let request: ClientRequest;
    const onAbort = (): void => {
      request.destroy();
      const reason = signal.reason === 'timeout' ? `no answer within ${timeoutMs} ms` : 'given up, as the process ends';
      resolve({ kind: 'retry', reason });
    };
    if (signal.aborted) {
      resolve({ kind: 'retry', reason: 'given up before it was sent' });
      return;
    }
    try {
      request = isTls ? requestHttps(url, { ...options, rejectUnauthorized: true }) : requestHttp(url, options);
    } catch (error) {
      reject(error);
      return;
    }
    signal.addEventListener('abort', onAbort, { once: true });
    request.on('response', (response) => {
      signal.removeEventListener('abort', onAbort);
      resolve(answerOf(url, response));
      drain(response);
    });
    request.on('error', (error) => {
      signal.removeEventListener('abort', onAbort);
      resolve({ kind: 'retry', reason: reasonOf(error) });
    });
    request.end(body);
  });
}

function answerOf(from: URL, response: IncomingMessage): Answer {
  const status = response.statusCode ?? 0;
  if (status >= 200 && status < 300) return { kind: 'delivered', status };
  if (status >= 300 && status < 400) return redirectOf(from, status, response.headers.location);
  if (status >= 400 && status < 500 && !REFUSED_BUT.has(status)) return { kind: 'refused', reason: `status ${status}` };
  const waitMs = status === 429 || status === 503 ? retryAfterMs(response.headers['retry-after'], wallMs()) : null;
  return waitMs === null ? { kind: 'retry', reason: `status ${status}` } : { kind: 'retry', reason: `status ${status}`, retryAfterMs: waitMs };
}

/** Only a redirect that keeps method, body and origin is followed: another origin would be handed the secrets, and what they are to be told. */
function redirectOf(from: URL, status: number, location: string | undefined): Answer {
  if (status !== 307 && status !== 308) return { kind: 'refused', reason: `redirect ${status}, which is not followed` };
  let to: URL;
  try {
    to = new URL(location ?? '', from);
  } catch {
    return { kind: 'refused', reason: `redirect ${status} to no address` };
  }
  if (location === undefined) return { kind: 'refused', reason: `redirect ${status} to no address` };
  if (to.origin !== from.origin) return { kind: 'refused', reason: `redirect ${status} to another origin, which is not followed` };
  // User and password of the address stay with its origin.
  to.username = from.username;
  to.password = from.password;
  return { kind: 'redirect', url: to.href };
}

/** Lets the receiver finish a short answer; a long or slow one is cut. Nothing of it is kept. */
function drain(response: IncomingMessage): void {
  let bytes = 0;
  const timer = setTimeout(() => response.destroy(), ANSWER_DRAIN_MS);
  timer.unref();
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX) response.destroy();
  });
  response.on('error', () => {});
  response.on('close', () => clearTimeout(timer));
}

/** The code alone: messages of Node.js name hosts and addresses. */
function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return typeof code === 'string' && /^[A-Z0-9_]{2,60}$/.test(code) ? code : 'the connection failed';
}
