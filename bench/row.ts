// What a bench says: one row a figure, with what must be reached and what today's best peer measured beside it.

/** A bound on a figure. `at-most` and `at-least` include the bound; `exactly` is for counts. */
export interface Bound {
  kind: 'at-most' | 'at-least' | 'exactly';
  value: number;
}

/** The same figure of another library, measured in the same run. */
export interface PeerFigure {
  name: string;
  value: number;
}

export interface Row {
  /** File name of the bench, without its ending. */
  bench: string;
  name: string;
  value: number;
  /** Unit of value, bound and peers alike. */
  unit: string;
  /** null: printed for information. */
  bound: Bound | null;
  /** null: nothing to reach. */
  reached: boolean | null;
  peers: PeerFigure[];
  /** How it was measured, or what was seen beside it. */
  note: string;
}

export interface BenchOptions {
  /** Short runs that show that the bench works; the figures are not to be used. */
  quick: boolean;
  /** Inputs that take minutes and gigabytes, in place of the usual ones, where a bench has them. */
  large: boolean;
  /** Tells a person what goes on. */
  progress(text: string): void;
}

/** One question, one file. */
export interface Bench {
  name: string;
  run(options: BenchOptions): Promise<Row[]>;
}

export const atMost = (value: number): Bound => ({ kind: 'at-most', value });
export const atLeast = (value: number): Bound => ({ kind: 'at-least', value });
export const exactly = (value: number): Bound => ({ kind: 'exactly', value });

/** Makes a row and judges it. */
export function row(figure: Omit<Row, 'reached' | 'peers' | 'note' | 'bound'> & Partial<Pick<Row, 'peers' | 'note' | 'bound'>>): Row {
  const bound = figure.bound ?? null;
  return { ...figure, bound, reached: bound === null ? null : isReached(figure.value, bound), peers: figure.peers ?? [], note: figure.note ?? '' };
}

/** NaN reaches nothing. */
export function isReached(value: number, bound: Bound): boolean {
  switch (bound.kind) {
    case 'at-most':
      return value <= bound.value;
    case 'at-least':
      return value >= bound.value;
    case 'exactly':
      return value === bound.value;
  }
}
