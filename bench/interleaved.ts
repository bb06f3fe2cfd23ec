// Runs alternatives in turn, round after round, in one process: what disturbs one round disturbs all of them alike.

/** One way to do the job. */
export interface Alternative {
  name: string;
  /** Runs it once and returns its cost, ns an operation. */
  measureNs(): number;
}

let sink = 0;

/** Keeps a result alive, so that the work that made it is not compiled away. */
export function consume(value: number): void {
  sink += value;
}

/** True unless a bench computed nonsense; reading the sink is what makes it one. */
export const sinkIsFinite = (): boolean => Number.isFinite(sink);

/** An alternative that repeats an operation n times in a loop of its own. `run` returns something that depends on each repetition. */
export function loop(name: string, n: number, run: (n: number) => number): Alternative {
  return { name, measureNs: () => timeNs(run, n) / n };
}

/** An alternative that does its n repetitions in chunks, one each `periodNs`: the rate of a busy service, not of an endless burst. Only the chunks are timed. */
export function pacedLoop(name: string, chunk: { n: number; chunks: number; periodNs: number }, run: (n: number) => number): Alternative {
  return {
    name,
    measureNs: () => {
      let spentNs = 0;
      let dueNs = nowNs();
      for (let i = 0; i < chunk.chunks; i++) {
        while (nowNs() < dueNs);
        spentNs += timeNs(run, chunk.n);
        dueNs += chunk.periodNs;
      }
      return spentNs / (chunk.n * chunk.chunks);
    },
  };
}

/** Costs by name, one a round, ns an operation. The order turns by one each round, so that no alternative always follows the same neighbour. */
export function interleave(alternatives: readonly Alternative[], rounds: { warmUp: number; measured: number }): Record<string, number[]> {
  const costs: Record<string, number[]> = Object.fromEntries(alternatives.map(({ name }) => [name, []]));
  for (let round = -rounds.warmUp; round < rounds.measured; round++) {
    for (let i = 0; i < alternatives.length; i++) {
      const { name, measureNs } = alternatives[(i + round + rounds.warmUp) % alternatives.length];
      const costNs = measureNs();
      if (round >= 0) costs[name].push(costNs);
    }
  }
  if (!sinkIsFinite()) throw new Error('a bench computed NaN');
  return costs;
}

const nowNs = (): number => Number(process.hrtime.bigint());

function timeNs(run: (n: number) => number, n: number): number {
  const start = process.hrtime.bigint();
  const result = run(n);
  const spentNs = Number(process.hrtime.bigint() - start);
  consume(result);
  return spentNs;
}
