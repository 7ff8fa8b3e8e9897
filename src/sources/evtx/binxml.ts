import { type Scalar, substitutionValue, utf16Text } from './values.ts';

/** An XML element of an event. */
export interface Element {
  readonly name: string;
  readonly attributes: Map<string, Scalar>;
  readonly children: (Element | Scalar)[];
}

interface Substitution {
  readonly type: number;
  readonly at: number;
  readonly length: number;
}

/** Events are 3 to 6 deep with some hundred nodes; hostile templates refer to each other without end. */
const MAX_DEPTH = 32;
const MAX_NODES = 100_000;

const HAS_MORE = 0x40;

/**
 * Reads the binary XML of one chunk (65,536 bytes; every offset counts from its start). Layout as documented by libevtx,
 * "Windows XML Event Log (EVTX) format". Throws RangeError on anything that lies outside.
 */
export class BinXml {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  readonly #names = new Map<number, string>();
  #at = 0;
  #nodes = 0;

  constructor(chunk: Uint8Array) {
    this.#bytes = chunk;
    this.#view = new DataView(chunk.buffer, chunk.byteOffset, chunk.length);
  }

  /** The elements of the fragment in [start, end). */
  event(start: number, end: number): Element | undefined {
    this.#nodes = 0;
    this.#at = start;
    return this.#fragment(end, [], 0, false).find((child) => typeof child === 'object');
  }

  /** Children up to the end-of-stream token, an end element or `end`. `bare`: elements have no dependency id (in values). */
  #fragment(end: number, values: readonly Substitution[], depth: number, bare: boolean): (Element | Scalar)[] {
    if (depth > MAX_DEPTH) throw new RangeError('elements are nested too deeply');
    const children: (Element | Scalar)[] = [];
    while (this.#at < end) {
      if (++this.#nodes > MAX_NODES) throw new RangeError('the event has too many nodes');
      const token = this.#u8();
      switch (token & ~HAS_MORE) {
        case 0x00:
        case 0x04:
          return children;
        case 0x01:
          children.push(this.#element((token & HAS_MORE) !== 0, values, depth, bare, end));
          break;
        case 0x0c:
          children.push(...this.#template(depth));
          break;
        case 0x0f:
          this.#at += 3;
          break;
        case 0x0a:
          this.#name();
          break;
        case 0x0b:
          this.#at += 2 * this.#u16();
          break;
        default:
          children.push(...this.#content(token, values, depth));
      }
    }
    return children;
  }

  #element(hasAttributes: boolean, values: readonly Substitution[], depth: number, bare: boolean, end: number): Element {
    if (!bare) this.#at += 2;
    this.#at += 4;
    const name = this.#name();
    const attributes = new Map<string, Scalar>();
    if (hasAttributes) {
      const stop = this.#u32() + this.#at;
      while (this.#at < stop) {
        const token = this.#u8();
        if ((token & ~HAS_MORE) !== 0x06) throw new RangeError(`token ${token} is no attribute`);
        const key = this.#name();
        const parts: Scalar[] = [];
        while (this.#at < stop && (this.#view.getUint8(this.#at) & ~HAS_MORE) !== 0x06) {
          for (const part of this.#content(this.#u8(), values, depth)) if (typeof part !== 'object') parts.push(part);
        }
        if (parts.length > 0) attributes.set(key, parts.length === 1 ? (parts[0] as Scalar) : parts.join(''));
      }
    }
    const close = this.#u8();
    if (close === 0x03) return { name, attributes, children: [] };
    if (close !== 0x02) throw new RangeError(`token ${close} does not close a start tag`);
    return { name, attributes, children: this.#fragment(end, values, depth + 1, bare) };
  }

  #content(token: number, values: readonly Substitution[], depth: number): (Element | Scalar)[] {
    switch (token & ~HAS_MORE) {
      case 0x05:
        this.#at += 1;
        return [this.#text()];
      case 0x07:
        return [this.#text()];
      case 0x08:
        return [String.fromCharCode(this.#u16())];
      case 0x09:
        return [ENTITIES[this.#name()] ?? ''];
      case 0x0d:
      case 0x0e: {
        const value = values[this.#u16()];
        this.#at += 1;
        return value === undefined ? [] : this.#substitute(value, depth);
      }
      default:
        throw new RangeError(`token ${token} is unknown`);
    }
  }

  #substitute({ type, at, length }: Substitution, depth: number): (Element | Scalar)[] {
    if (type === 0x21) {
      const back = this.#at;
      this.#at = at;
      const children = this.#fragment(at + length, [], depth + 1, true);
      this.#at = back;
      return children;
    }
    const value = substitutionValue(type, this.#view, at, length);
    return value === undefined ? [] : Array.isArray(value) ? value : [value];
  }

  #template(depth: number): (Element | Scalar)[] {
    this.#at += 5;
    const definition = this.#u32();
    if (definition === this.#at) this.#at += 24 + this.#view.getUint32(definition + 20, true);
    const count = this.#u32();
    if (count > this.#bytes.length / 4) throw new RangeError('a template has too many values');
    let at = this.#at + 4 * count;
    const values: Substitution[] = [];
    for (let i = 0; i < count; i++) {
      const length = this.#u16();
      values.push({ type: this.#u8(), at, length });
      this.#at += 1;
      at += length;
    }
    if (at > this.#bytes.length) throw new RangeError('template values lie outside the chunk');
    const size = this.#view.getUint32(definition + 20, true);
    this.#at = definition + 24;
    const children = this.#fragment(definition + 24 + size, values, depth + 1, false);
    this.#at = at;
    return children;
  }

  /** A name is stored once a chunk: where it is first used, else elsewhere. */
  #name(): string {
    const offset = this.#u32();
    const length = this.#view.getUint16(offset + 6, true);
    if (offset === this.#at) this.#at += 10 + 2 * length;
    let name = this.#names.get(offset);
    if (name === undefined) {
      if (offset + 8 + 2 * length > this.#bytes.length) throw new RangeError('a name lies outside the chunk');
      name = utf16Text(this.#bytes.subarray(offset + 8, offset + 8 + 2 * length));
      this.#names.set(offset, name);
    }
    return name;
  }

  #text(): string {
    const length = this.#u16();
    const start = this.#at;
    this.#at += 2 * length;
    if (this.#at > this.#bytes.length) throw new RangeError('a text lies outside the chunk');
    return utf16Text(this.#bytes.subarray(start, this.#at));
  }

  #u8(): number {
    return this.#view.getUint8(this.#at++);
  }

  #u16(): number {
    this.#at += 2;
    return this.#view.getUint16(this.#at - 2, true);
  }

  #u32(): number {
    this.#at += 4;
    return this.#view.getUint32(this.#at - 4, true);
  }
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
