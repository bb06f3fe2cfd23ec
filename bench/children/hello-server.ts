// Child of http: a fastify hello-world that tells what it has served and what CPU its process has used.
import { fastify } from 'fastify';

/** Cumulative, of the whole process, all its threads. */
export interface ServerUse {
  served: number;
  cpuUs: number;
}

let served = 0;
const app = fastify();
app.get('/hello', async () => {
  served++;
  return { hello: 'world' };
});
const url = await app.listen({ port: 0, host: '127.0.0.1' });

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send!({ served, cpuUs: user + system } satisfies ServerUse);
});
process.send!({ url: `${url}/hello` });
