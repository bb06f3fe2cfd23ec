// A class that knows all of its instances.
import { type Request, serve } from '../../corpus/service.js';

class Sensor {
  static readonly all = new Set<Sensor>();
  readonly id: number;
  readonly samples = new Float64Array(6);
  readonly label: string;

  constructor(id: number, label: string) {
    this.id = id;
    this.label = label;
    Sensor.all.add(this);
  }
}

await serve({ leak: { itemBytes: 4900, one: ({ id, body }: Request) => void new Sensor(id, body.replaceAll('s', 'S')) } });
