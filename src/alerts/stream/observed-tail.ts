/** Nats per bin, bins kept, and scores over which the counts fade. */
const WIDTH = 0.25;
const BINS = 400;
const MEMORY = 200_000;
/** Scores as high that say nothing against the promise yet. */
const FEW = 3;

function binOf(score: number): number {
  return score <= 0 ? 0 : Math.min(BINS - 1, Math.floor(score / WIDTH));
}

/**
 * p-values of scores that are minus ln of a tail probability: exp(-score) as long as that is what is observed. Where scores as
 * high came more often than that, their observed share counts instead, so that no more is flagged than promised.
 */
export class ObservedTail {
  /** Scores so far, older ones fading. */
  size = 0;
  private counts: Float64Array = new Float64Array(BINS);
  /** Highest bin with a count. */
  private top = 0;

  /** The p-value of a score by those before it, which it then joins. NaN stays NaN. */
  take(score: number): number {
    const pValue = this.pValue(score, 1);
    if (!Number.isNaN(pValue)) this.add(binOf(score));
    return pValue;
  }

  /** The p-value of a score by those before it, as if `joining` more had come. */
  pValue(score: number, joining = 0): number {
    if (Number.isNaN(score)) return Number.NaN;
    if (score <= 0) return 1;
    let atLeast = 0;
    for (let i = binOf(score); i <= this.top; i++) atLeast += this.counts[i] as number;
    return Math.max(Math.exp(-score), (atLeast - FEW) / Math.max(1, this.size + joining));
  }

  private add(bin: number): void {
    this.counts[bin] = (this.counts[bin] as number) + 1;
    if (bin > this.top) this.top = bin;
    if (++this.size < MEMORY) return;
    this.size /= 2;
    for (let i = 0; i < BINS; i++) this.counts[i] = (this.counts[i] as number) / 2;
  }

  snapshot(): { readonly size: number; readonly counts: readonly (readonly [number, number])[] } {
    return { size: this.size, counts: [...this.counts.entries()].filter(([, count]) => count > 0) };
  }

  restore({ size, counts }: ReturnType<ObservedTail['snapshot']>): void {
    this.size = size;
    this.counts = new Float64Array(BINS);
    this.top = 0;
    for (const [bin, count] of counts) {
      this.counts[bin] = count;
      this.top = Math.max(this.top, bin);
    }
  }
}
