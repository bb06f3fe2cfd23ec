// N3: traffic by day and night, as much up and down as the argument says; sessions follow it. Starts at the least traffic, so that it is watched while it grows.
import { serve } from '../service.js';
import { VisitorSessions } from '../visitor-sessions.js';

const DAY_MS = 24 * 3_600_000;

const swing = Number(process.argv[2] ?? 0.2);
const sessions = new VisitorSessions(4500, 9000 * (1 - swing));

await serve({
  catalogueBytes: 10 * 2 ** 20,
  traffic: (nowMs) => 1 - swing * Math.cos((2 * Math.PI * nowMs) / DAY_MS),
  handle: (request, nowMs) => sessions.begin(request, nowMs),
});
