// A plain object as a table by id.
import { type Request, serve } from '../../corpus/service.js';

const state: { carts: Record<string, { items: string[]; note: string }> } = { carts: {} };

function addToCart({ id, user, path, body }: Request): void {
  state.carts[`${user}:${id}`] = { items: [path, `${path}/again`], note: body.replaceAll('i', '1') };
}

await serve({ leak: { itemBytes: 4570, one: addToCart } });
