import { BEGIN, END, UNKNOWN } from './vocabulary.ts';

/**
 * Interpolated Witten-Bell n-gram model (Witten & Bell 1991; Chen & Goodman 1999, eq. 16) over a trie of n-grams:
 * P(w|h) = (c(hw) + T(h) P(w|h')) / (c(h) + T(h)), T(h) = distinct successors, ending in 1 / symbols.
 * Sequences are padded with order - 1 BEGIN symbols. At most `maxNodes` n-grams are kept; later ones are not counted.
 */
export class LanguageModel {
  readonly order: number;
  readonly endToken: boolean;
  readonly maxNodes: number;
  /** An n-gram counts once a row, however often it is there. */
  readonly once: boolean;
  /** Events the model may meet: known ones, the unknown and the end. */
  symbols = 2;
  #nodes = 1;
  #parent = new Int32Array(1024);
  #symbol = new Int32Array(1024);
  /** Occurrences of the n-gram, successors counted, distinct successors; per node. */
  #count = new Float64Array(1024);
  #total = new Float64Array(1024);
  #types = new Float64Array(1024);
  #slots = new Int32Array(4096).fill(-1);
  /** Row that counted the n-gram last, where `once`. */
  #countedBy = new Int32Array(1024);
  #row = 0;

  constructor(order: number, endToken: boolean, maxNodes: number, once = false) {
    this.order = order;
    this.endToken = endToken;
    this.maxNodes = maxNodes;
    this.once = once;
    for (let k = 1; k < order; k++) this.#child(k - 1, BEGIN, true);
  }

  get nodes(): number {
    return this.#nodes;
  }

  add(row: Int32Array, weight = 1): void {
    const context = this.#start();
    const last = this.endToken ? row.length : row.length - 1;
    this.#row++;
    for (let i = 0; i <= last; i++) {
      const symbol = i < row.length ? (row[i] as number) : END;
      for (let k = 0; k < this.order; k++) {
        const parent = context[k] as number;
        const child = this.#child(parent, symbol, true);
        if (child < 0 || (this.once && this.#countedBy[child] === this.#row)) continue;
        this.#countedBy[child] = this.#row;
        if ((this.#count[child] as number) === 0) this.#types[parent] = (this.#types[parent] as number) + 1;
        this.#count[child] = (this.#count[child] as number) + weight;
        this.#total[parent] = (this.#total[parent] as number) + weight;
      }
      this.#advance(context, symbol);
    }
  }

  /** Negative log likelihood (nats) of each event and, with an end token, of the end after the last one. */
  surprisals(row: Int32Array): Float64Array {
    const out = new Float64Array(row.length + (this.endToken ? 1 : 0));
    const context = this.#start();
    for (let i = 0; i < out.length; i++) {
      const symbol = i < row.length ? (row[i] as number) : END;
      let p = 1 / this.symbols;
      for (let k = 0; k < this.order; k++) {
        const parent = context[k] as number;
        const total = parent < 0 ? 0 : (this.#total[parent] as number);
        if (total === 0) continue;
        const types = this.#types[parent] as number;
        const child = symbol === UNKNOWN ? -1 : this.#child(parent, symbol, false);
        p = ((child < 0 ? 0 : (this.#count[child] as number)) + types * p) / (total + types);
      }
      out[i] = -Math.log(p);
      this.#advance(context, symbol);
    }
    return out;
  }

  /** The likeliest symbols after row[0, position), with probabilities; observed[] gives how often `row[position]` followed. */
  next(row: Int32Array, position: number, top: number): { readonly symbol: number; readonly probability: number }[] {
    const context = this.#start();
    for (let i = 0; i < position; i++) this.#advance(context, row[i] as number);
    let deepest = 0;
    while (deepest + 1 < this.order && (context[deepest + 1] as number) >= 0 && (this.#total[context[deepest + 1] as number] as number) > 0)
      deepest++;
    const parent = context[deepest] as number;
    const total = this.#total[parent] as number;
    const found: { symbol: number; probability: number }[] = [];
    for (let symbol = UNKNOWN + 1; symbol < this.symbols + 1; symbol++) {
      if (symbol === BEGIN) continue;
      const child = this.#child(parent, symbol, false);
      if (child >= 0 && (this.#count[child] as number) > 0) found.push({ symbol, probability: (this.#count[child] as number) / total });
    }
    return found.sort((a, b) => b.probability - a.probability || a.symbol - b.symbol).slice(0, top);
  }

  /** How often the symbol was seen at all, and after the `length` symbols before it. */
  seen(row: Int32Array, position: number, length: number): number {
    const symbol = position < row.length ? (row[position] as number) : END;
    let node = 0;
    for (let i = position - length; i < position; i++) {
      node = this.#child(node, i < 0 ? BEGIN : (row[i] as number), false);
      if (node < 0) return 0;
    }
    const child = this.#child(node, symbol, false);
    return child < 0 ? 0 : (this.#count[child] as number);
  }

  clone(): LanguageModel {
    const copy = new LanguageModel(this.order, this.endToken, this.maxNodes, this.once);
    copy.load(this.columns(), this.symbols);
    return copy;
  }

  /** What `load` rebuilds the trie from; node 0 is the root. */
  columns(): { parent: Int32Array; symbol: Int32Array; count: Float64Array } {
    return {
      parent: this.#parent.slice(0, this.#nodes),
      symbol: this.#symbol.slice(0, this.#nodes),
      count: this.#count.slice(0, this.#nodes),
    };
  }

  load(columns: { parent: Int32Array; symbol: Int32Array; count: Float64Array }, symbols: number): void {
    this.symbols = symbols;
    for (let node = 1; node < columns.parent.length; node++) {
      const parent = columns.parent[node] as number;
      const child = this.#child(parent, columns.symbol[node] as number, true);
      const count = columns.count[node] as number;
      this.#count[child] = count;
      if (count === 0) continue;
      this.#total[parent] = (this.#total[parent] as number) + count;
      this.#types[parent] = (this.#types[parent] as number) + 1;
    }
  }

  /** context[k] = node of the last k symbols, -1 where that n-gram is unknown; the padding's node k is made first. */
  #start(): Int32Array {
    const context = new Int32Array(this.order);
    for (let k = 0; k < this.order; k++) context[k] = k;
    return context;
  }

  #advance(context: Int32Array, symbol: number): void {
    for (let k = this.order - 1; k > 0; k--) context[k] = this.#child(context[k - 1] as number, symbol, false);
  }

  #child(parent: number, symbol: number, create: boolean): number {
    if (parent < 0) return -1;
    const mask = this.#slots.length - 1;
    let slot = hash(parent, symbol) & mask;
    for (let node = this.#slots[slot] as number; node >= 0; node = this.#slots[slot] as number) {
      if (this.#parent[node] === parent && this.#symbol[node] === symbol) return node;
      slot = (slot + 1) & mask;
    }
    if (!create || this.#nodes >= this.maxNodes) return -1;
    return this.#insert(parent, symbol, slot);
  }

  #insert(parent: number, symbol: number, slot: number): number {
    const node = this.#nodes++;
    if (node >= this.#parent.length) this.#grow();
    this.#parent[node] = parent;
    this.#symbol[node] = symbol;
    if (this.#nodes * 2 > this.#slots.length) this.#rehash();
    else this.#slots[slot] = node;
    return node;
  }

  #grow(): void {
    const size = this.#parent.length * 2;
    this.#parent = widened(this.#parent, new Int32Array(size));
    this.#symbol = widened(this.#symbol, new Int32Array(size));
    this.#count = widened(this.#count, new Float64Array(size));
    this.#total = widened(this.#total, new Float64Array(size));
    this.#types = widened(this.#types, new Float64Array(size));
    this.#countedBy = widened(this.#countedBy, new Int32Array(size));
  }

  #rehash(): void {
    this.#slots = new Int32Array(this.#slots.length * 4).fill(-1);
    const mask = this.#slots.length - 1;
    for (let node = 1; node < this.#nodes; node++) {
      let slot = hash(this.#parent[node] as number, this.#symbol[node] as number) & mask;
      while ((this.#slots[slot] as number) >= 0) slot = (slot + 1) & mask;
      this.#slots[slot] = node;
    }
  }
}

function hash(parent: number, symbol: number): number {
  let h = Math.imul(parent, 0x9e3779b1) ^ Math.imul(symbol + 1, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return (h ^ (h >>> 12)) >>> 0;
}

function widened<A extends Int32Array | Float64Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
