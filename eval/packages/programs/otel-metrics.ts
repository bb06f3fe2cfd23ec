// OpenTelemetry's metrics with two readers: 1.17.0 keeps what the one that never collects has not seen, an entry each time the other one collects.
import { serve } from '../../corpus/service.js';
import { loadPackage } from '../load-package.js';

interface Reader {
  collect(): Promise<unknown>;
}
interface Metrics {
  MeterProvider: new () => {
    addMetricReader(reader: Reader): void;
    getMeter(name: string): { createCounter(name: string): { add(value: number, labels: Record<string, string>): void } };
  };
  MetricReader: abstract new (options: object) => Reader;
}

const { MeterProvider, MetricReader } = loadPackage<Metrics>('@opentelemetry/sdk-metrics');

class ManualReader extends MetricReader {
  onForceFlush(): Promise<void> {
    return Promise.resolve();
  }

  onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}

const provider = new MeterProvider();
const read = new ManualReader({});
provider.addMetricReader(read);
// Connected to something that never asks.
provider.addMetricReader(new ManualReader({}));
const orders = provider.getMeter('shop').createCounter('orders');

async function countAndCollect(): Promise<void> {
  orders.add(1, { region: 'north' });
  await read.collect();
}

await serve({ leak: { itemBytes: 580, one: countAndCollect } });
