// A listener a request on the signal of the shutdown, which comes but once.
import { setMaxListeners } from 'node:events';
import { type Request, serve } from '../../corpus/service.js';

const shutdown = new AbortController();
setMaxListeners(0, shutdown.signal);
const saved = { bytes: 0 };

function saveDraft({ body }: Request): void {
  const draft = body.replaceAll('e', 'E');
  shutdown.signal.addEventListener('abort', () => {
    saved.bytes += draft.length;
  });
}

await serve({ leak: { itemBytes: 4930, one: saveDraft } });
