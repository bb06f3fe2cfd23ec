// N4: traffic grows threefold in two hours and stays; sessions follow it.
import { MINUTE_MS } from '../clock.js';
import { serve } from '../service.js';
import { VisitorSessions } from '../visitor-sessions.js';

const RAMP_MS = 120 * MINUTE_MS;

const sessions = new VisitorSessions(2000, 9000);

await serve({
  catalogueBytes: 20 * 2 ** 20,
  answerBytes: 20_000,
  traffic: (nowMs) => 1 + 2 * Math.min(1, nowMs / RAMP_MS),
  handle: (request, nowMs) => sessions.begin(request, nowMs),
});
