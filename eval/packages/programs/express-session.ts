// express-session with its MemoryStore, and clients that send no cookie back. With the argument, fifty clients that do.
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { type Request, serve } from '../../corpus/service.js';
import { loadPackage } from '../load-package.js';

interface SessionRequest extends IncomingMessage {
  originalUrl: string;
  session: Record<string, unknown>;
}
type Middleware = (request: SessionRequest, response: ServerResponse, next: () => void) => void;

const expressSession = loadPackage<(options: object) => Middleware>('express-session');

const isReturning = process.argv[2] === 'returning-clients';
const CLIENTS = 50;
let clients = 0;
const withSession = expressSession({
  secret: 'of the evaluation',
  resave: false,
  saveUninitialized: true,
  genid: () => `client-${isReturning ? clients++ % CLIENTS : clients++}`,
});

function visit({ path, user }: Request): Promise<void> {
  const request = new IncomingMessage(new Socket()) as SessionRequest;
  Object.assign(request, { method: 'GET', url: path, originalUrl: path });
  const response = new ServerResponse(request);
  return new Promise((resolve) => {
    withSession(request, response, () => {
      Object.assign(request.session, { user, path, basket: [] });
      response.end('ok');
      // The store answers in the next turn of the loop.
      setImmediate(resolve);
    });
  });
}

await serve({ leak: { itemBytes: 330, one: visit } });
