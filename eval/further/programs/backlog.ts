// A queue whose consumer is slower than its producers.
import { type Request, serve } from '../../corpus/service.js';

class Mail {
  readonly to: string;
  readonly text: string;

  constructor(to: string, text: string) {
    this.to = to;
    this.text = text;
  }
}

class Outbox {
  private readonly waiting: Mail[] = [];
  sent = 0;

  enqueue(mail: Mail): void {
    this.waiting.push(mail);
  }

  sendOne(): void {
    if (this.waiting.shift() !== undefined) this.sent++;
  }
}

const outbox = new Outbox();
let turns = 0;

/** Of five mails one is sent. */
function notifyUser({ user, body }: Request): void {
  outbox.enqueue(new Mail(user, body.toUpperCase()));
  if (++turns % 5 === 0) outbox.sendOne();
}

await serve({ leak: { itemBytes: 920, one: notifyUser } });
