const NONE = -1;

/** (place, key) -> template codes, chained in buckets over typed arrays: which templates of a leaf have a token at a position. */
export class Postings {
  private buckets = new Int32Array(1024).fill(NONE);
  private place = new Float64Array(512);
  private key = new Float64Array(512);
  private code = new Int32Array(512);
  private next = new Int32Array(512);
  private used = 0;
  private free = NONE;

  add(place: number, key: number, code: number): void {
    let node = this.free;
    if (node !== NONE) this.free = this.next[node] as number;
    else {
      if (this.used === this.code.length) this.grow();
      node = this.used++;
    }
    this.place[node] = place;
    this.key[node] = key;
    this.code[node] = code;
    const bucket = bucketOf(place, key, this.buckets.length - 1);
    this.next[node] = this.buckets[bucket] as number;
    this.buckets[bucket] = node;
  }

  remove(place: number, key: number, code: number): void {
    const bucket = bucketOf(place, key, this.buckets.length - 1);
    let before = NONE;
    for (let node = this.buckets[bucket] as number; node !== NONE; before = node, node = this.next[node] as number) {
      if (this.code[node] !== code || this.key[node] !== key || this.place[node] !== place) continue;
      if (before === NONE) this.buckets[bucket] = this.next[node] as number;
      else this.next[before] = this.next[node] as number;
      this.next[node] = this.free;
      this.free = node;
      return;
    }
  }

  /** Adds one to `hits` of every code filed under (place, key); codes that had none are put to `touched`. Returns their number then. */
  count(place: number, key: number, hits: Int32Array, touched: Int32Array, before: number): number {
    let count = before;
    const { next, code } = this;
    for (let node = this.buckets[bucketOf(place, key, this.buckets.length - 1)] as number; node !== NONE; node = next[node] as number) {
      if (this.key[node] !== key || this.place[node] !== place) continue;
      const at = code[node] as number;
      if (hits[at] === 0) touched[count++] = at;
      hits[at] = (hits[at] as number) + 1;
    }
    return count;
  }

  /** Nothing is filed afterwards. */
  clear(): void {
    this.buckets.fill(NONE);
    this.used = 0;
    this.free = NONE;
  }

  private grow(): void {
    const { place, key, code } = this;
    const capacity = this.code.length * 2;
    this.place = new Float64Array(capacity);
    this.key = new Float64Array(capacity);
    this.code = new Int32Array(capacity);
    this.next = new Int32Array(capacity);
    this.buckets = new Int32Array(capacity * 2).fill(NONE);
    const { used } = this;
    this.used = 0;
    for (let node = 0; node < used; node++) this.add(place[node] as number, key[node] as number, code[node] as number);
  }
}

/** `key` is a hash of 53 bits or a small negative constant. */
function bucketOf(place: number, key: number, mask: number): number {
  const hash = Math.imul((key | 0) ^ Math.imul(place | 0, 0x9e3779b1), 0x85ebca6b);
  return (hash ^ (hash >>> 15)) & mask;
}
