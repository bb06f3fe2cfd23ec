// A table of weak references: what they refer to goes, the references and their keys stay.
import { type Request, serve } from '../../corpus/service.js';

const sockets = new Map<string, WeakRef<object>>();

let accepted = 0;

function rememberSocket({ id, user, body }: Request): void {
  sockets.set(`${user}/${accepted++}/${body.slice(0, 600)}`.toUpperCase(), new WeakRef({ id }));
}

await serve({ leak: { itemBytes: 660, one: rememberSocket } });
