// Leak 4: an LRU cache whose bound is in bytes and whose entries are counted in kilobytes.
import { type Request, serve } from '../service.js';
import { text } from '../text.js';

const BYTES_MAX = 20 * 2 ** 20;

class LruEntry {
  readonly key: string;
  readonly page: string;
  readonly size: number;
  older: LruEntry | null = null;
  newer: LruEntry | null = null;

  constructor(key: string, page: string) {
    this.key = key;
    this.page = page;
    // The mistake: `BYTES_MAX` is in bytes.
    this.size = page.length / 1024;
  }
}

class LruCache {
  private readonly entries = new Map<string, LruEntry>();
  private newest: LruEntry | null = null;
  private oldest: LruEntry | null = null;
  private size = 0;

  put(key: string, page: string): void {
    const entry = new LruEntry(key, page);
    this.entries.set(key, entry);
    entry.older = this.newest;
    if (this.newest !== null) this.newest.newer = entry;
    this.newest = entry;
    this.oldest ??= entry;
    this.size += entry.size;
    while (this.size > BYTES_MAX && this.oldest !== null) this.evict(this.oldest);
  }

  get count(): number {
    return this.entries.size;
  }

  private evict(entry: LruEntry): void {
    this.entries.delete(entry.key);
    this.size -= entry.size;
    this.oldest = entry.newer;
    if (this.oldest !== null) this.oldest.older = null;
  }
}

const pages = new LruCache();

await serve({ leak: { itemBytes: 1250, one: ({ id, path }: Request) => pages.put(`${path}/${pages.count}`, text(1024, id)) } });
