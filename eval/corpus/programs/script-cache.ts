// N10: scripts of ever new text: V8's compilation cache keeps each for some collections, then lets it go.
import { Script } from 'node:vm';
import { type Request, serve } from '../service.js';

/** Every so many requests evaluate an expression of the user's. */
const EVERY = 2;

function evaluate({ id }: Request): void {
  if (id % EVERY === 0) new Script(`(function (price) { return price * ${id} + ${id % 97}; })(${id})`).runInThisContext();
}

await serve({ handle: evaluate });
