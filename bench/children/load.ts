// Child of http: saturates one URL for so long, by request of the parent.
import { createRequire } from 'node:module';

interface LoadResult {
  errors: number;
  non2xx: number;
  requests: { total: number };
}

// autocannon ships no types.
const autocannon = createRequire(import.meta.url)('autocannon') as (options: {
  url: string;
  connections: number;
  duration: number;
}) => Promise<LoadResult>;

const CONNECTIONS = 50;

process.on('message', ({ url, seconds }: { url: string; seconds: number }) => {
  void autocannon({ url, connections: CONNECTIONS, duration: seconds }).then(({ errors, non2xx, requests }) => {
    process.send!({ failed: errors + non2xx, total: requests.total });
  });
});
process.send!({ ready: true });
