// Leak 5: each request starts an interval, and none is cleared when its client has gone.
import { type Request, serve } from '../service.js';

/** Long enough never to ring here: what leaks is the timer, not its work. */
const REFRESH_MS = 3_600_000;

function followQuote({ user, body }: Request): void {
  let refreshes = 0;
  const quote = { user, body: `${body}`, at: 0 };
  setInterval(function refreshQuote() {
    refreshes++;
    quote.at = refreshes + quote.body.length;
  }, REFRESH_MS).unref();
}

await serve({ leak: { itemBytes: 1450, one: followQuote } });
