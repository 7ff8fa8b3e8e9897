const SETS = 1024;
const WAYS = 4;
/** source, destination (four words each), identification, protocol, ports. */
const WIDTH = 11;

export interface FragmentState {
  readonly words: Int32Array;
  readonly next: Uint8Array;
}

/**
 * Ports of fragmented datagrams, so that later fragments are counted with their flow. Holds the 4,096 latest; a datagram whose
 * first fragment was not seen, or was pushed out, keeps port 0.
 */
export class FragmentPorts {
  readonly #words = new Int32Array(SETS * WAYS * WIDTH);
  readonly #next = new Uint8Array(SETS);
  #used = false;

  /** undefined as long as no datagram was fragmented. */
  snapshot(): FragmentState | undefined {
    return this.#used ? { words: this.#words.slice(), next: this.#next.slice() } : undefined;
  }

  restore(state: FragmentState | undefined): void {
    this.#used = state !== undefined;
    if (state === undefined) {
      this.#words.fill(0);
      this.#next.fill(0);
      return;
    }
    this.#words.set(state.words);
    this.#next.set(state.next);
  }

  remember(addresses: Int32Array, at: number, identification: number, protocol: number, ports: number): void {
    this.#used = true;
    const known = this.#find(addresses, at, identification, protocol);
    const set = this.#set(addresses, at, identification);
    let slot = known;
    if (slot < 0) {
      const way = this.#next[set] as number;
      this.#next[set] = (way + 1) % WAYS;
      slot = (set * WAYS + way) * WIDTH;
    }
    for (let i = 0; i < 8; i++) this.#words[slot + i] = addresses[at + i] as number;
    this.#words[slot + 8] = identification;
    this.#words[slot + 9] = protocol + 1;
    this.#words[slot + 10] = ports;
  }

  /** Source port in the upper half, destination port in the lower; -1 when unknown and never a pair of ports 65535. */
  ports(addresses: Int32Array, at: number, identification: number, protocol: number): number {
    const slot = this.#find(addresses, at, identification, protocol);
    return slot < 0 ? -1 : (this.#words[slot + 10] as number);
  }

  #find(addresses: Int32Array, at: number, identification: number, protocol: number): number {
    const words = this.#words;
    const first = this.#set(addresses, at, identification) * WAYS * WIDTH;
    for (let slot = first; slot < first + WAYS * WIDTH; slot += WIDTH) {
      if (words[slot + 9] !== protocol + 1 || words[slot + 8] !== identification) continue;
      let equal = true;
      for (let i = 0; i < 8 && equal; i++) equal = words[slot + i] === addresses[at + i];
      if (equal) return slot;
    }
    return -1;
  }

  #set(addresses: Int32Array, at: number, identification: number): number {
    let hash = Math.imul(identification ^ 0x9e3779b9, 0x85ebca6b);
    for (let i = 0; i < 8; i++) hash = Math.imul((hash ^ (hash >>> 15)) + (addresses[at + i] as number), 0xc2b2ae35);
    return (hash ^ (hash >>> 16)) & (SETS - 1);
  }
}
