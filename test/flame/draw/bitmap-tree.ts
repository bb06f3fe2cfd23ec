// A tree with a frame of every kind, wide enough to be labelled.
import { call, type Spec } from './hand-made-tree.js';

export function bitmapSpec(): Spec {
  return call(
    '(root)',
    0,
    call('handleTransfer', 100, call('query@pg', 300, call('node:write', 400)), call('route@fastify', 200, call('validate@ajv', 300))),
    call('settle', 500),
    call('(gc)', 300),
    call('(program)', 200),
    call('(not running)', 200),
  );
}
