// A winston logger a request: each listens to the transport that all of them share. With the argument, one logger for all.
import { Writable } from 'node:stream';
import { type Request, serve } from '../../corpus/service.js';
import { loadPackage } from '../load-package.js';

interface Logger {
  info(message: string): void;
}
interface Winston {
  createLogger(options: { level: string; transports: unknown[] }): Logger;
  transports: { Stream: new (options: { stream: Writable }) => { setMaxListeners(listeners: number): void } };
}

const winston = loadPackage<Winston>('winston');
const transport = new winston.transports.Stream({ stream: new Writable({ write: (_chunk, _encoding, done) => done() }) });
transport.setMaxListeners(0);
const options = { level: 'info', transports: [transport] };
const only = process.argv[2] === 'one-logger' ? winston.createLogger(options) : null;

function logRequest({ path }: Request): void {
  const logger = only ?? winston.createLogger(options);
  logger.info(path);
}

await serve({ leak: { itemBytes: 7550, one: logRequest } });
