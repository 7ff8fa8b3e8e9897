const NONE = -1;
/** An entry's cells: place and token hashes, its first node, how many it has, the first template anchored there, the next entry of its bucket. */
const STRIDE = 8;
const [PLACE, HASH1, HASH2, HEAD, COUNT, ANCHORED, NEXT] = [0, 1, 2, 3, 4, 5, 6];

/**
 * (place, token) -> codes of the templates that have the token at the place, as doubly linked lists over typed arrays. Beside
 * it each template may be anchored at one of its entries.
 */
export class Postings {
  private cells = new Int32Array(512 * STRIDE);
  private buckets = new Int32Array(1024).fill(NONE);
  private entries = 0;
  private freeEntry = NONE;
  private live = 0;
  private code = new Int32Array(1024);
  private next = new Int32Array(1024);
  private previous = new Int32Array(1024);
  private entryOf = new Int32Array(1024);
  private nodes = 0;
  private freeNode = NONE;
  private anchorNext = new Int32Array(64);
  private anchorPrevious = new Int32Array(64);

  /** The entry of a token at a place, or -1. */
  find(place: number, hash1: number, hash2: number): number {
    const { cells, buckets } = this;
    let at = buckets[bucketOf(place, hash1) & (buckets.length - 1)] as number;
    while (at !== NONE) {
      const cell = at * STRIDE;
      if (cells[cell + HASH1] === hash1 && cells[cell + PLACE] === place && cells[cell + HASH2] === hash2) return at;
      at = cells[cell + NEXT] as number;
    }
    return NONE;
  }

  /** How many templates an entry has. */
  count(entry: number): number {
    return entry === NONE ? 0 : (this.cells[entry * STRIDE + COUNT] as number);
  }

  first(entry: number): number {
    return entry === NONE ? NONE : (this.cells[entry * STRIDE + HEAD] as number);
  }

  after(node: number): number {
    return this.next[node] as number;
  }

  codeAt(node: number): number {
    return this.code[node] as number;
  }

  firstAnchored(entry: number): number {
    return entry === NONE ? NONE : (this.cells[entry * STRIDE + ANCHORED] as number);
  }

  nextAnchored(code: number): number {
    return this.anchorNext[code] as number;
  }

  /** Files a code; the node it returns takes it out again. */
  add(place: number, hash1: number, hash2: number, code: number): number {
    let entry = this.find(place, hash1, hash2);
    if (entry === NONE) entry = this.makeEntry(place, hash1, hash2);
    let node = this.freeNode;
    if (node !== NONE) this.freeNode = this.next[node] as number;
    else {
      if (this.nodes === this.code.length) this.growNodes();
      node = this.nodes++;
    }
    const cell = entry * STRIDE;
    const head = this.cells[cell + HEAD] as number;
    this.code[node] = code;
    this.entryOf[node] = entry;
    this.next[node] = head;
    this.previous[node] = NONE;
    if (head !== NONE) this.previous[head] = node;
    this.cells[cell + HEAD] = node;
    this.cells[cell + COUNT] = (this.cells[cell + COUNT] as number) + 1;
    return node;
  }

  remove(node: number): void {
    const entry = this.entryOf[node] as number;
    const before = this.previous[node] as number;
    const behind = this.next[node] as number;
    if (before === NONE) this.cells[entry * STRIDE + HEAD] = behind;
    else this.next[before] = behind;
    if (behind !== NONE) this.previous[behind] = before;
    this.next[node] = this.freeNode;
    this.freeNode = node;
    const left = (this.cells[entry * STRIDE + COUNT] as number) - 1;
    this.cells[entry * STRIDE + COUNT] = left;
    if (left === 0) this.dropEntry(entry);
  }

  /** Anchors a code at the entry of one of its nodes. */
  anchor(node: number, code: number): void {
    if (code >= this.anchorNext.length) {
      this.anchorNext = grown(this.anchorNext, code + 1);
      this.anchorPrevious = grown(this.anchorPrevious, code + 1);
    }
    const cell = (this.entryOf[node] as number) * STRIDE + ANCHORED;
    const head = this.cells[cell] as number;
    this.anchorNext[code] = head;
    this.anchorPrevious[code] = NONE;
    if (head !== NONE) this.anchorPrevious[head] = code;
    this.cells[cell] = code;
  }

  /** Takes a code from the anchors of its node's entry; call before the node is removed. */
  unanchor(node: number, code: number): void {
    const before = this.anchorPrevious[code] as number;
    const behind = this.anchorNext[code] as number;
    if (before === NONE) this.cells[(this.entryOf[node] as number) * STRIDE + ANCHORED] = behind;
    else this.anchorNext[before] = behind;
    if (behind !== NONE) this.anchorPrevious[behind] = before;
  }

  /** Nothing is filed afterwards. */
  clear(): void {
    this.buckets.fill(NONE);
    this.entries = 0;
    this.freeEntry = NONE;
    this.live = 0;
    this.nodes = 0;
    this.freeNode = NONE;
  }

  private makeEntry(place: number, hash1: number, hash2: number): number {
    if (this.live * 2 >= this.buckets.length) this.growBuckets();
    let entry = this.freeEntry;
    if (entry !== NONE) this.freeEntry = this.cells[entry * STRIDE + NEXT] as number;
    else {
      if (this.entries * STRIDE === this.cells.length) this.cells = grown(this.cells, this.cells.length + 1);
      entry = this.entries++;
    }
    this.live++;
    const bucket = bucketOf(place, hash1) & (this.buckets.length - 1);
    const cell = entry * STRIDE;
    this.cells[cell + PLACE] = place;
    this.cells[cell + HASH1] = hash1;
    this.cells[cell + HASH2] = hash2;
    this.cells[cell + HEAD] = NONE;
    this.cells[cell + COUNT] = 0;
    this.cells[cell + ANCHORED] = NONE;
    this.cells[cell + NEXT] = this.buckets[bucket] as number;
    this.buckets[bucket] = entry;
    return entry;
  }

  private dropEntry(entry: number): void {
    const { cells, buckets } = this;
    const cell = entry * STRIDE;
    const bucket = bucketOf(cells[cell + PLACE] as number, cells[cell + HASH1] as number) & (buckets.length - 1);
    const behind = cells[cell + NEXT] as number;
    if (buckets[bucket] === entry) buckets[bucket] = behind;
    else {
      let at = buckets[bucket] as number;
      while (cells[at * STRIDE + NEXT] !== entry) at = cells[at * STRIDE + NEXT] as number;
      cells[at * STRIDE + NEXT] = behind;
    }
    cells[cell + NEXT] = this.freeEntry;
    cells[cell + COUNT] = 0;
    this.freeEntry = entry;
    this.live--;
  }

  private growBuckets(): void {
    const { cells } = this;
    const old = this.buckets;
    this.buckets = new Int32Array(old.length * 2).fill(NONE);
    const mask = this.buckets.length - 1;
    for (const first of old) {
      for (let at = first; at !== NONE; ) {
        const cell = at * STRIDE;
        const next = cells[cell + NEXT] as number;
        const bucket = bucketOf(cells[cell + PLACE] as number, cells[cell + HASH1] as number) & mask;
        cells[cell + NEXT] = this.buckets[bucket] as number;
        this.buckets[bucket] = at;
        at = next;
      }
    }
  }

  private growNodes(): void {
    const size = this.code.length + 1;
    this.code = grown(this.code, size);
    this.next = grown(this.next, size);
    this.previous = grown(this.previous, size);
    this.entryOf = grown(this.entryOf, size);
  }
}

function bucketOf(place: number, hash1: number): number {
  const hash = Math.imul(hash1 ^ Math.imul(place, 0x9e3779b1), 0x85ebca6b);
  return hash ^ (hash >>> 15);
}

function grown(values: Int32Array, least: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.max(least, values.length * 2));
  larger.set(values);
  return larger;
}
