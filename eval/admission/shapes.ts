// Heaps of the admission's evaluation: what services keep, from the shapes whose snapshots take the least memory to those that take the most.

export type ShapeName = 'objects' | 'sessions' | 'strings' | 'json' | 'arrays' | 'pointers' | 'map' | 'mixed';

export interface Shape {
  /** Sizes that are tried in a real process, MiB: those whose snapshot takes some seconds at the most. */
  mibMin: number;
  mibMax: number;
  /** Keeps some more in `kept`, some 10 to 200 KB at a time. */
  grow(kept: unknown[], random: () => number): void;
}

const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index));
const text = (random: () => number, length: number): string => {
  let made = '';
  while (made.length < length) made += random().toString(36).slice(2);
  // A copy of one piece: what is put together stays a tree of pieces until it is read.
  return Buffer.from(made.slice(0, length)).toString('latin1');
};

const session = (random: () => number) => {
  const user = { id: random(), name: text(random, 12), roles: ['a', 'b'] };
  return { user, cart: { items: [{ sku: 1 }, { sku: 2 }] }, seenAt: new Date(0), touch: () => user.id };
};

/** Doubles what lies in the large-object space now and then, as a table that grows does. */
function growMap(kept: unknown[], random: () => number): void {
  const map = (kept[0] ??= new Map<number, object>()) as Map<number, object>;
  const shared = {};
  for (let i = 0; i < 2000; i++) map.set(Math.floor(random() * 2 ** 48), shared);
}

export const SHAPES: Record<ShapeName, Shape> = {
  // Of 32 bytes, with one pointer.
  objects: { mibMin: 10, mibMax: 14, grow: (kept) => void kept.push(times(2000, (i) => ({ i }))) },
  sessions: { mibMin: 10, mibMax: 20, grow: (kept, random) => void kept.push(times(200, () => session(random))) },
  strings: { mibMin: 10, mibMax: 60, grow: (kept, random) => void kept.push(times(200, () => text(random, 500))) },
  json: {
    mibMin: 10,
    mibMax: 20,
    grow: (kept, random) => void kept.push(JSON.parse(JSON.stringify(times(200, (i) => ({ id: i, price: random(), tags: ['x', text(random, 8)] }))))),
  },
  // Empty ones, of 32 bytes, in an array of their own.
  arrays: { mibMin: 10, mibMax: 14, grow: (kept) => void kept.push(times(2000, () => [])) },
  // One array of them: it grows by half each time.
  pointers: {
    mibMin: 10,
    mibMax: 20,
    grow: (kept) => {
      for (let i = 0; i < 5000; i++) kept.push(kept);
    },
  },
  map: { mibMin: 10, mibMax: 20, grow: growMap },
  mixed: {
    mibMin: 10,
    mibMax: 20,
    grow: (kept, random) => {
      const map = (kept[0] ??= new Map()) as Map<string, unknown>;
      for (let i = 0; i < 100; i++) map.set(text(random, 20), random() < 0.5 ? session(random) : text(random, 500));
      kept.push(times(500, (i) => ({ i, of: [i] })));
    },
  },
};

export const SHAPE_NAMES = Object.keys(SHAPES) as ShapeName[];
