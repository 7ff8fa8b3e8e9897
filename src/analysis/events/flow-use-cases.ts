import { type Detection, type EventBatch, type Lineage, type RuleFinding, stableId } from '../../core/index.ts';
import { UseCases, type UseCasesConfig, useCasesConfig } from '../../detectors/use-cases/index.ts';
import { featureRunner } from '../../features/index.ts';

/** The use cases over a finite input: each finding once, with its final figures; of windows that overlap, the one that says most. */
export class FlowUseCases {
  readonly config: UseCasesConfig;
  readonly #useCases: UseCases;
  readonly #findings = new Map<string, RuleFinding>();

  /** `beside`: detectors of the same input, which see some of the use cases more exactly. */
  constructor(options: { readonly seed: number; readonly homeNetworks?: readonly string[] }, beside: readonly string[] = []) {
    this.config = useCasesConfig.parse(options);
    this.#useCases = new UseCases(this.config, featureRunner, { beside });
  }

  take(batch: EventBatch): void {
    this.#keep(this.#useCases.take(batch));
  }

  /** Ends every window. A rule has no p-value: it is NaN. */
  detections(source: string, lineage: Lineage): Detection[] {
    this.#keep(this.#useCases.advance(Number.POSITIVE_INFINITY));
    return ofOverlaps([...this.#findings.values()]).map(({ rule, ...condition }) => ({
      ...condition,
      id: stableId('detection', source, 'use-cases', rule, condition.key, condition.start),
      detector: 'use-cases',
      source,
      pValue: Number.NaN,
      threshold: Number.NaN,
      extrapolated: false,
      lineage,
    }));
  }

  counters(): Readonly<Record<string, number>> {
    return this.#useCases.counters();
  }

  #keep(found: readonly RuleFinding[]): void {
    for (const one of found) this.#findings.set([one.rule, one.key, one.start].join('|'), one);
  }
}

/** Windows of one rule and key that overlap are one finding over all their time. */
function ofOverlaps(findings: readonly RuleFinding[]): RuleFinding[] {
  const chains = new Map<string, RuleFinding[]>();
  for (const one of findings) {
    const name = `${one.rule}|${one.key}`;
    const chain = chains.get(name);
    if (chain === undefined) chains.set(name, [one]);
    else chain.push(one);
  }
  return [...chains.values()].flatMap((chain) => {
    const merged: RuleFinding[] = [];
    for (const one of chain.sort((a, b) => a.start - b.start)) {
      const last = merged.at(-1);
      if (last === undefined || one.start >= last.end) merged.push(one);
      else merged[merged.length - 1] = { ...(one.score > last.score ? one : last), start: last.start, end: Math.max(last.end, one.end) };
    }
    return merged;
  });
}
