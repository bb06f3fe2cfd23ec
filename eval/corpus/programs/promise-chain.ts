// Leak 6: writes wait for the one before, and the first never ends.
import { type Request, serve } from '../service.js';

class WriteQueue {
  /** A promise knows who waits for it, not whom it waits for: it is this one that holds all the others. */
  readonly connected: Promise<unknown> = new Promise(() => {});
  private tail = this.connected;

  enqueueWrite({ id }: Request): void {
    this.tail = this.tail.then(function writeNext() {
      return id;
    });
  }
}

const queue = new WriteQueue();

await serve({ leak: { itemBytes: 220, one: (request) => queue.enqueueWrite(request) } });
