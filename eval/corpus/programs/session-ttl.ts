// N9: sessions that live for half an hour, under steady traffic from a cold start.
import { serve } from '../service.js';
import { VisitorSessions } from '../visitor-sessions.js';

const sessions = new VisitorSessions(3200);

await serve({ handle: (request, nowMs) => sessions.begin(request, nowMs) });
