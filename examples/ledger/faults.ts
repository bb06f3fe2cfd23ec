// Faults for demos and tests of alerts: each is off until it is asked for, and ends when it is set back. The route exists with LEDGER_FAULTS=1 only.
import type { Database, Queries } from './database.js';

/** What is wrong now. All values are numbers or booleans, so that one POST may change any of them. */
export interface FaultSettings {
  /** Part of the commands that fail, 0..1. */
  failCommandsRatio: number;
  /** Wait before each query, ms. */
  slowStoreMs: number;
  /** Every query rejects. */
  storeDown: boolean;
  /** The projections of this process stand still; the batch under way ends. */
  projectionsStopped: boolean;
  /** Events are recorded as if they had happened so long ago, ms: a backlog that arrives late. */
  eventAgeMs: number;
  /** Memory that is taken and kept, MiB a second. Set back to 0, what was taken is let go. */
  memoryGrowthMiBPerSecond: number;
  /** Part of the main thread's time that is computed away, 0..1. */
  cpuBurnRatio: number;
}

const NONE: FaultSettings = {
  failCommandsRatio: 0,
  slowStoreMs: 0,
  storeDown: false,
  projectionsStopped: false,
  eventAgeMs: 0,
  memoryGrowthMiBPerSecond: 0,
  cpuBurnRatio: 0,
};

/** JSON schema of a request that changes some of them. */
export const FAULTS_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  properties: {
    failCommandsRatio: { type: 'number', minimum: 0, maximum: 1 },
    slowStoreMs: { type: 'integer', minimum: 0, maximum: 60_000 },
    storeDown: { type: 'boolean' },
    projectionsStopped: { type: 'boolean' },
    eventAgeMs: { type: 'integer', minimum: 0, maximum: 86_400_000 },
    memoryGrowthMiBPerSecond: { type: 'integer', minimum: 0, maximum: 1000 },
    cpuBurnRatio: { type: 'number', minimum: 0, maximum: 1 },
  },
} as const;

/** What is burnt or taken is divided into turns of this length: short enough for requests to get in between. */
const TURN_MS = 50;
/** Doubles of an array of 128 KiB. Kept on the heap: one object each, so that a snapshot of it stays small. */
const BLOCK_DOUBLES = 16_384;
const BLOCKS_PER_MIB = 8;

export class Faults {
  private settings = NONE;
  private readonly taken: number[][] = [];
  /** MiB that are due and not yet a whole block. */
  private dueMiB = 0;
  private takenAtMs = 0;
  private timer: NodeJS.Timeout | undefined;
  private failures = 0;

  get current(): FaultSettings {
    return this.settings;
  }

  change(wanted: Partial<FaultSettings>): FaultSettings {
    this.settings = { ...this.settings, ...wanted };
    const { memoryGrowthMiBPerSecond, cpuBurnRatio } = this.settings;
    if (memoryGrowthMiBPerSecond === 0) this.taken.length = 0;
    const isBusy = memoryGrowthMiBPerSecond > 0 || cpuBurnRatio > 0;
    if (isBusy && this.timer === undefined) {
      this.takenAtMs = performance.now();
      this.timer = setInterval(() => this.turn(), TURN_MS);
    } else if (!isBusy) this.stop();
    return this.settings;
  }

  /** Ends what runs by itself. */
  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** Fails every n-th command: by count, not by chance, so that any hundred of them have as many failures. */
  beforeCommand(): void {
    this.failures += this.settings.failCommandsRatio;
    if (this.failures < 1) return;
    this.failures -= 1;
    throw new Error('this command was made to fail');
  }

  /** The database with its faults. */
  around(database: Database): Database {
    const faulty = (queries: Queries): Queries => ({
      query: async <Row>(text: string, values?: readonly unknown[]): Promise<Row[]> => {
        await this.beforeQuery();
        return queries.query<Row>(text, values);
      },
    });
    return {
      ...faulty(database),
      kind: database.kind,
      transaction: async (work) => {
        await this.beforeQuery();
        return database.transaction((queries) => work(queries));
      },
      close: () => database.close(),
    };
  }

  /** The clock of the events. */
  nowOf(now: () => Date): () => Date {
    return () => new Date(now().getTime() - this.settings.eventAgeMs);
  }

  private async beforeQuery(): Promise<void> {
    const { storeDown, slowStoreMs } = this.settings;
    if (storeDown) throw new Error('the store is down');
    if (slowStoreMs > 0) await new Promise((wake) => setTimeout(wake, slowStoreMs));
  }

  private turn(): void {
    const { memoryGrowthMiBPerSecond, cpuBurnRatio } = this.settings;
    const startMs = performance.now();
    this.dueMiB += ((startMs - this.takenAtMs) / 1000) * memoryGrowthMiBPerSecond;
    this.takenAtMs = startMs;
    for (; this.dueMiB >= 1 / BLOCKS_PER_MIB; this.dueMiB -= 1 / BLOCKS_PER_MIB) {
      this.taken.push(new Array<number>(BLOCK_DOUBLES).fill(startMs));
    }
    while (performance.now() - startMs < cpuBurnRatio * TURN_MS);
  }
}
