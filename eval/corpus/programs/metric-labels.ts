// Leak 18: a histogram with a label that is the user: a series each, for ever. Made as prom-client's is.
import { type Request, serve } from '../service.js';

const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

class Histogram {
  readonly hashMap: Record<string, { labels: Record<string, string>; bucketValues: Record<string, number>; sum: number; count: number }> = {};

  observe(labels: Record<string, string>, value: number): void {
    const hash = Object.entries(labels)
      .map(([name, text]) => `${name}:${text}`)
      .sort()
      .join(',');
    const series = (this.hashMap[hash] ??= { labels, bucketValues: Object.fromEntries(BUCKETS.map((bucket) => [bucket, 0])), sum: 0, count: 0 });
    series.sum += value;
    series.count++;
    for (const bucket of BUCKETS) if (value <= bucket) series.bucketValues[bucket]++;
  }
}

const durations = new Histogram();
let observed = 0;

await serve({
  leak: {
    itemBytes: 820,
    one: ({ id, user, path }: Request) => durations.observe({ user: `${user}/${observed++}`, path, status: '200' }, (id % 1200) / 100),
  },
});
