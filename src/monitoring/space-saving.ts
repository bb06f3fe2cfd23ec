// Which keys are frequent, in bounded memory: the space-saving sketch (Metwally, Agrawal, El Abbadi 2005), with ageing. Cost: a map access and log2(capacity) steps at the worst.

/** Counts keys. A key's count is too high by its error at the most; a key that is more frequent than total/capacity is always held. */
export class SpaceSaving {
  private readonly capacity: number;
  private readonly slots = new Map<string, number>();
  private readonly keys: string[] = [];
  private readonly counts: Float64Array;
  private readonly errors: Float64Array;
  /** Slots as a binary heap, the least count first, and each slot's place in it. */
  private readonly heap: Int32Array;
  private readonly places: Int32Array;
  private seen = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.counts = new Float64Array(capacity);
    this.errors = new Float64Array(capacity);
    this.heap = new Int32Array(capacity);
    this.places = new Int32Array(capacity);
  }

  /** Keys counted, halved with each `age`. */
  get total(): number {
    return this.seen;
  }

  /** Counts a key once; returns how often it was seen at the least. */
  add(key: string): number {
    this.seen++;
    let slot = this.slots.get(key);
    if (slot === undefined) slot = this.keys.length < this.capacity ? this.grow(key) : this.replaceLeast(key);
    this.counts[slot]++;
    this.sink(this.places[slot]);
    return this.counts[slot] - this.errors[slot];
  }

  /** Halves all counts, so that what is frequent now weighs more than what was. Halving keeps the heap's order. */
  age(): void {
    this.seen = Math.floor(this.seen / 2);
    for (let slot = 0; slot < this.keys.length; slot++) {
      this.counts[slot] = Math.floor(this.counts[slot] / 2);
      this.errors[slot] = Math.floor(this.errors[slot] / 2);
    }
  }

  /** A new slot has the least count there can be, 0: it goes to the top of the heap. */
  private grow(key: string): number {
    const slot = this.keys.push(key) - 1;
    this.slots.set(key, slot);
    let place = slot;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      this.put(this.heap[parent], place);
      place = parent;
    }
    this.put(slot, 0);
    return slot;
  }

  /** The least frequent key gives its slot up; its count becomes the newcomer's error. */
  private replaceLeast(key: string): number {
    const slot = this.heap[0];
    this.slots.delete(this.keys[slot]);
    this.slots.set(key, slot);
    this.keys[slot] = key;
    this.errors[slot] = this.counts[slot];
    return slot;
  }

  private sink(place: number): void {
    const { heap, counts } = this;
    const size = this.keys.length;
    const slot = heap[place];
    for (;;) {
      let child = 2 * place + 1;
      if (child >= size) break;
      if (child + 1 < size && counts[heap[child + 1]] < counts[heap[child]]) child++;
      if (counts[heap[child]] >= counts[slot]) break;
      this.put(heap[child], place);
      place = child;
    }
    this.put(slot, place);
  }

  private put(slot: number, place: number): void {
    this.heap[place] = slot;
    this.places[slot] = place;
  }
}
