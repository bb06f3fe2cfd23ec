// Child of rest: a service that waits for requests and gets none.
import { createServer } from 'node:http';

const server = createServer((_, response) => response.end('hello'));
server.listen(0, '127.0.0.1', () => process.send?.({ listening: true }, () => process.disconnect()));
