// A debugger as it attaches to `node --inspect`: a WebSocket client for one connection, made by hand since Node.js 20 has none.
import { randomBytes } from 'node:crypto';
import { get } from 'node:http';
import type { Socket } from 'node:net';

interface Message {
  id?: number;
  method?: string;
  params?: Record<string, unknown>;
  result?: Record<string, unknown>;
  error?: { message: string };
}

export class InspectorClient {
  readonly events: { method: string; params: Record<string, unknown> }[] = [];
  private readonly socket: Socket;
  private readonly replies = new Map<number, (message: Message) => void>();
  private readonly waiting: { method: string; resolve(params: Record<string, unknown>): void }[] = [];
  private pending = Buffer.alloc(0);
  private parts: Buffer[] = [];
  private nextId = 1;

  /** url: as Node.js prints it, `ws://127.0.0.1:<port>/<id>`. */
  static connect(url: string): Promise<InspectorClient> {
    const headers = {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    };
    return new Promise((resolve, reject) => {
      get(url.replace(/^ws/, 'http'), { headers })
        .on('upgrade', (_, socket, head) => resolve(new InspectorClient(socket as Socket, head)))
        .on('response', ({ statusCode }) => reject(new Error(`HTTP ${statusCode}`)))
        .on('error', reject);
    });
  }

  private constructor(socket: Socket, head: Buffer) {
    this.socket = socket;
    socket.on('data', (data) => this.receive(data)).on('error', () => {});
    socket.once('close', () => {
      for (const reply of this.replies.values()) reply({ error: { message: 'the connection was closed' } });
    });
    this.receive(head);
  }

  send(method: string, params: object = {}): Promise<Record<string, unknown>> {
    const id = this.nextId++;
    this.write(1, Buffer.from(JSON.stringify({ id, method, params })));
    return new Promise((resolve, reject) => {
      this.replies.set(id, ({ result, error }) => (error ? reject(new Error(error.message)) : resolve(result ?? {})));
    });
  }

  /** The next event of the name. */
  event(method: string): Promise<Record<string, unknown>> {
    return new Promise((resolve) => this.waiting.push({ method, resolve }));
  }

  close(): Promise<void> {
    this.write(8, Buffer.alloc(0));
    return new Promise((resolve) => this.socket.once('close', () => resolve()));
  }

  /** A client's frame: final, masked. */
  private write(opcode: number, payload: Buffer): void {
    const length = payload.length;
    const head = length < 126 ? [length] : length < 65_536 ? [126, length >> 8, length & 255] : [127, 0, 0, 0, 0, ...bigEndian(length)];
    const mask = randomBytes(4);
    const masked = payload.map((byte, i) => byte ^ mask[i % 4]);
    this.socket.write(Buffer.concat([Buffer.from([0x80 | opcode, head[0] | 0x80, ...head.slice(1)]), mask, masked]));
  }

  private receive(data: Buffer): void {
    this.pending = Buffer.concat([this.pending, data]);
    for (;;) {
      if (this.pending.length < 2) return;
      const short = this.pending[1] & 127;
      const headBytes = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (this.pending.length < headBytes) return;
      const length = short < 126 ? short : short === 126 ? this.pending.readUInt16BE(2) : Number(this.pending.readBigUInt64BE(2));
      if (this.pending.length < headBytes + length) return;
      const [first] = this.pending;
      const payload = this.pending.subarray(headBytes, headBytes + length);
      this.pending = this.pending.subarray(headBytes + length);
      if ((first & 15) === 8) this.socket.end();
      if ((first & 15) > 2) continue;
      this.parts.push(payload);
      if ((first & 0x80) !== 0) this.take(JSON.parse(Buffer.concat(this.parts.splice(0)).toString()) as Message);
    }
  }

  private take(message: Message): void {
    if (message.id !== undefined) {
      this.replies.get(message.id)?.(message);
      this.replies.delete(message.id);
      return;
    }
    const { method = '', params = {} } = message;
    this.events.push({ method, params });
    const index = this.waiting.findIndex((each) => each.method === method);
    if (index >= 0) this.waiting.splice(index, 1)[0].resolve(params);
  }
}

const bigEndian = (value: number): number[] => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
