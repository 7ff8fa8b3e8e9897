import { widen } from './event-arena.ts';

const NONE = -1;
const [ENTITY, FIELD, CODE] = [0, 1, 2];
const STRIDE = 3;

/** One code for an entity, a field and a value together, the same each time. */
export class ShownCodes {
  private size = 0;
  /** By value: entity and field that it was shown with last, and their code. */
  private latest = new Int32Array(1024 * STRIDE).fill(NONE);
  /** By code. */
  private entities = new Int32Array(1024);
  private fields = new Int32Array(1024);
  private values = new Int32Array(1024);
  private table = new Int32Array(4096).fill(NONE);

  code(entity: number, field: number, value: number): number {
    const at = value * STRIDE;
    if (at >= this.latest.length)
      this.latest = widen(this.latest, new Int32Array(Math.max(at + STRIDE, this.latest.length * 2)).fill(NONE));
    const { latest } = this;
    if (latest[at + ENTITY] === entity && latest[at + FIELD] === field) return latest[at + CODE] as number;
    const code = this.find(entity, field, value);
    latest[at + ENTITY] = entity;
    latest[at + FIELD] = field;
    latest[at + CODE] = code;
    return code;
  }

  private find(entity: number, field: number, value: number): number {
    const { entities, fields, values, table } = this;
    const mask = table.length - 1;
    let place = placeOf(entity, field, value) & mask;
    for (let code = table[place] as number; code !== NONE; code = table[place] as number) {
      if (values[code] === value && entities[code] === entity && fields[code] === field) return code;
      place = (place + 1) & mask;
    }
    return this.add(entity, field, value, place);
  }

  private add(entity: number, field: number, value: number, place: number): number {
    if (this.size === this.values.length) {
      this.entities = widen(this.entities, new Int32Array(this.size * 2));
      this.fields = widen(this.fields, new Int32Array(this.size * 2));
      this.values = widen(this.values, new Int32Array(this.size * 2));
    }
    const code = this.size++;
    this.entities[code] = entity;
    this.fields[code] = field;
    this.values[code] = value;
    this.table[place] = code;
    if (this.size * 2 > this.table.length) this.grow();
    return code;
  }

  private grow(): void {
    this.table = new Int32Array(this.table.length * 4).fill(NONE);
    const mask = this.table.length - 1;
    for (let code = 0; code < this.size; code++) {
      let place = placeOf(this.entities[code] as number, this.fields[code] as number, this.values[code] as number) & mask;
      while (this.table[place] !== NONE) place = (place + 1) & mask;
      this.table[place] = code;
    }
  }
}

function placeOf(entity: number, field: number, value: number): number {
  const hash = Math.imul(entity, 0x9e3779b1) ^ Math.imul(field, 0x85ebca6b) ^ Math.imul(value, 0xc2b2ae35);
  return hash ^ (hash >>> 15);
}
