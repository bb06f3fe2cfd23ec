// The service that every program of the corpus is: objects that live as long as the process, requests with their garbage, answers that stay for a minute,
// and on top what the program is about.
import { seededRandom } from '../../src/flame/diff/seeded-random.js';
import { type LiveMemory, MINUTE_MS, runCompressed, runToCheck } from './clock.js';
import { text } from './text.js';

/** At rest, a simulated second. */
const REQUESTS_PER_SECOND = 5;
const REQUESTS_PER_HOUR = REQUESTS_PER_SECOND * 3600;
const CATALOGUE_BYTES = 26 * 2 ** 20;
const PRODUCT_BYTES = 1500;
const ANSWER_BYTES = 80_000;
const ANSWER_LINES = 20;
/** How long an answer is kept to be sent again, simulated. */
const ANSWER_MS = MINUTE_MS;
const BYTES_PER_HOUR = 50 * 2 ** 20;
const SEED = 5;

/** Bytes a simulated hour that the program is to leak: what the evaluation says, else 50 MiB. */
const bytesPerHour = Number(process.env.EVAL_BYTES_PER_HOUR || BYTES_PER_HOUR);
const checkMinutes = Number(process.env.EVAL_CHECK_MINUTES || 0);

/** Checked for what it adds, a program needs no large base below. */
const SHRINK = checkMinutes > 0 ? 10 : 1;
const LINES = ANSWER_LINES / SHRINK;

export interface Request {
  readonly id: number;
  readonly user: string;
  readonly path: string;
  /** Of 1 000 characters, its own. */
  readonly body: string;
}

export interface ServiceOptions {
  /** What lives as long as the process; default 26 MiB. */
  catalogueBytes?: number;
  /** Size of an answer: an answer is garbage after a minute; default 80 kB, which makes 24 MB of answers at rest. */
  answerBytes?: number;
  /** Requests as a share of those at rest; default 1. */
  traffic?(nowMs: number): number;
  /** Done for each request. */
  handle?(request: Request, nowMs: number): void | Promise<void>;
  /** Done once a simulated minute. */
  eachMinute?(minute: number): void | Promise<void>;
  /** One item that stays, and its size: done as often as the rate asks for. */
  leak?: { itemBytes: number; one(request: Request): void | Promise<void> };
}

/** What a program says when it is checked. */
export interface CheckAnswer {
  live: LiveMemory[];
  items: number;
  itemBytes: number;
}

class Product {
  readonly id: string;
  readonly description: string;
  readonly priceCents: number;
  readonly tags: string[];

  constructor(index: number) {
    this.id = `product-${index}`;
    this.description = text(PRODUCT_BYTES - 250, index);
    this.priceCents = (index * 7919) % 100_000;
    this.tags = [`shelf-${index % 40}`, `supplier-${index % 300}`];
  }
}

class AnswerLine {
  readonly product: string;
  readonly text: string;

  constructor(index: number, bytes: number) {
    this.product = `product-${index}`;
    this.text = text(bytes, index);
  }
}

class Answer {
  readonly lines: AnswerLine[] = [];
  readonly atMs: number;

  constructor(request: Request, bytes: number, atMs: number) {
    this.atMs = atMs;
    for (let line = 0; line < LINES; line++) this.lines.push(new AnswerLine(request.id + line, bytes / ANSWER_LINES - 150));
  }
}

class Service {
  private readonly options: ServiceOptions;
  private readonly catalogue = new Map<string, Product>();
  private answers: Answer[] = [];
  private readonly random = seededRandom(SEED);
  private readonly answerBytes: number;
  private dueRequests = 0;
  private dueItems = 0;
  private requests = 0;
  items = 0;

  constructor(options: ServiceOptions) {
    this.options = options;
    this.answerBytes = options.answerBytes ?? ANSWER_BYTES;
    const products = (options.catalogueBytes ?? CATALOGUE_BYTES) / SHRINK / PRODUCT_BYTES;
    for (let index = 0; index < products; index++) {
      const product = new Product(index);
      this.catalogue.set(product.id, product);
    }
  }

  async advance(fromMs: number, toMs: number): Promise<void> {
    const traffic = this.options.traffic?.(fromMs) ?? 1;
    this.dueRequests += ((toMs - fromMs) / 1000) * REQUESTS_PER_SECOND * traffic;
    for (; this.dueRequests >= 1; this.dueRequests--) await this.answer(toMs);
    this.forgetAnswers(toMs);
    if (Math.floor(toMs / MINUTE_MS) > Math.floor(fromMs / MINUTE_MS)) await this.options.eachMinute?.(Math.floor(toMs / MINUTE_MS));
  }

  private async answer(nowMs: number): Promise<void> {
    const { handle, leak } = this.options;
    const request = this.receive();
    this.answers.push(new Answer(request, this.answerBytes, nowMs));
    await handle?.(request, nowMs);
    if (leak === undefined) return;
    this.dueItems += bytesPerHour / leak.itemBytes / REQUESTS_PER_HOUR;
    for (; this.dueItems >= 1; this.dueItems--, this.items++) await leak.one(request);
  }

  private receive(): Request {
    const id = this.requests++;
    // As from a socket: nothing of it is shared with other requests.
    const body = JSON.parse(JSON.stringify({ query: text(1000, id) })) as { query: string };
    return { id, user: `user-${Math.floor(this.random() * 1e9)}`, path: `/products/${Math.floor(this.random() * 1000)}`, body: body.query };
  }

  private forgetAnswers(nowMs: number): void {
    const first = this.answers.findIndex(({ atMs }) => atMs > nowMs - ANSWER_MS);
    if (first > 0) this.answers = this.answers.slice(first);
  }
}

/** Runs until the evaluation ends the process, or EVAL_MINUTES of the table have passed. */
export async function serve(options: ServiceOptions): Promise<void> {
  const service = new Service(options);
  const advance = (fromMs: number, toMs: number): Promise<void> => service.advance(fromMs, toMs);
  if (checkMinutes > 0) {
    const live = await runToCheck(checkMinutes, advance);
    const answer: CheckAnswer = { live, items: service.items, itemBytes: options.leak?.itemBytes ?? 0 };
    process.stdout.write(JSON.stringify(answer), () => process.exit(0));
    return;
  }
  await runCompressed(Number(process.env.EVAL_SCALE || 60), Number(process.env.EVAL_MINUTES || 24 * 60), advance);
  process.exit(0);
}
