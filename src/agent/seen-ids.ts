// Requests by their ids: one may come twice, when it was sent before the agent thread listened, and is answered once.

/** Ids that are remembered. */
const IDS_MAX = 1000;

export class SeenIds {
  private readonly ids = new Set<string>();

  /** Whether an id has not been asked about before. */
  isNew(id: string): boolean {
    if (this.ids.has(id)) return false;
    this.ids.add(id);
    const [oldest] = this.ids;
    if (this.ids.size > IDS_MAX) this.ids.delete(oldest);
    return true;
  }
}
