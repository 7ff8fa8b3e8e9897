const NONE = -1;
/** Places looked at for one address: whoever makes addresses collide gains no more than this. */
const MOST_PROBES = 16;
const MOST_QUADS = 65_536;

/** Codes of IPv4 addresses met before, by their 32 bits: a hit saves hashing and comparing the text. */
export class QuadCodes {
  private keys = new Int32Array(1024);
  private codes = new Int32Array(1024).fill(NONE);
  private size = 0;

  /** Code of an address, or -1. */
  find(quad: number): number {
    const mask = this.keys.length - 1;
    for (let probe = 0, at = placeOf(quad) & mask; probe < MOST_PROBES; probe++, at = (at + 1) & mask) {
      const code = this.codes[at] as number;
      if (code === NONE || this.keys[at] === quad) return code;
    }
    return NONE;
  }

  /** Keeps the code of an address that `find` did not know, where there is room. */
  put(quad: number, code: number): void {
    if (this.size >= MOST_QUADS) return;
    const mask = this.keys.length - 1;
    for (let probe = 0, at = placeOf(quad) & mask; probe < MOST_PROBES; probe++, at = (at + 1) & mask) {
      if (this.codes[at] !== NONE) continue;
      this.keys[at] = quad;
      this.codes[at] = code;
      if (++this.size * 4 > this.keys.length) this.grow();
      return;
    }
  }

  private grow(): void {
    const { keys, codes } = this;
    this.keys = new Int32Array(keys.length * 4);
    this.codes = new Int32Array(keys.length * 4).fill(NONE);
    this.size = 0;
    for (let at = 0; at < keys.length; at++) if (codes[at] !== NONE) this.put(keys[at] as number, codes[at] as number);
  }
}

function placeOf(quad: number): number {
  const hash = Math.imul(quad, 0x9e3779b1);
  return hash ^ (hash >>> 15);
}
