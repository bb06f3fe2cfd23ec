// Sessions that end: each lives for half an hour, so that they follow the traffic.
import { MINUTE_MS } from './clock.js';
import type { Request } from './service.js';
import { text } from './text.js';

const TTL_MS = 30 * MINUTE_MS;

class VisitorSession {
  readonly user: string;
  readonly basket: string;
  readonly untilMs: number;

  constructor({ id, user }: Request, bytes: number, nowMs: number) {
    this.user = user;
    this.basket = text(bytes - 150, Math.abs(id));
    this.untilMs = nowMs + TTL_MS;
  }
}

export class VisitorSessions {
  private readonly byId = new Map<number, VisitorSession>();
  private readonly bytesEach: number;
  private sweptAtMs = 0;

  /** Begins with as many sessions, of visitors who came in the last half hour; 9 000 live at rest. */
  constructor(bytesEach: number, live = 0) {
    this.bytesEach = bytesEach;
    for (let id = -live; id < 0; id++) this.begin({ id, user: `user-${id}`, path: '/', body: '' }, (id / live) * TTL_MS);
  }

  begin(request: Request, nowMs: number): void {
    this.byId.set(request.id, new VisitorSession(request, this.bytesEach, nowMs));
    if (nowMs >= this.sweptAtMs + MINUTE_MS) this.sweep(nowMs);
  }

  private sweep(nowMs: number): void {
    this.sweptAtMs = nowMs;
    // A Map keeps the order of insertion, and all live equally long.
    for (const [id, { untilMs }] of this.byId) {
      if (untilMs > nowMs) return;
      this.byId.delete(id);
    }
  }
}
