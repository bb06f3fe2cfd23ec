// The planted leak, LEAK=sessions: each request begins a session, and none ever ends. As many services have had it: a session is looked up nowhere after its request.
import { randomBytes, randomUUID } from 'node:crypto';

/** What the service is told to leak; null: nothing. */
export type PlantedLeak = 'sessions' | null;

/** A token of so many bytes is twice as many characters: with its headers, a session is 2 to 3 KB. */
const TOKEN_BYTES = 1024;

export class Session {
  readonly id: string;
  readonly startedAtMs: number;
  readonly token: string;
  readonly headers: Readonly<Record<string, unknown>>;

  constructor(headers: Readonly<Record<string, unknown>>, nowMs: number) {
    this.id = randomUUID();
    this.startedAtMs = nowMs;
    this.token = randomBytes(TOKEN_BYTES).toString('hex');
    this.headers = headers;
  }
}

export class SessionStore {
  readonly sessions = new Map<string, Session>();
}

/** Begins a session and keeps it. There is no other side to this. */
export function createSession(store: SessionStore, headers: Readonly<Record<string, unknown>>, nowMs: number): Session {
  const session = new Session({ ...headers }, nowMs);
  store.sessions.set(session.id, session);
  return session;
}

/** @throws where LEAK names what there is not: a demo of a leak that does not leak would mislead. */
export function readPlantedLeak(value: string | undefined): PlantedLeak {
  if (value === undefined || value === '') return null;
  if (value === 'sessions') return value;
  throw new Error(`LEAK: expected sessions, received ${value}`);
}
