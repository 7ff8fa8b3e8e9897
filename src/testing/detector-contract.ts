import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Detector, type FeatureBatch, type LabelledRow, type SequenceBatch, VedetteError } from '../core/index.ts';
import { sequenceBatch, slice } from './batches.ts';

export interface DetectorSubject<B extends FeatureBatch> {
  /** A detector that has learnt nothing, configured to be quick. */
  create(): Detector<B>;
  /** What it learns from. */
  readonly normal: B;
  /** What it scores: rows like the normal ones, and `abnormalRow`. */
  readonly mixed: B;
  /** Row of `mixed` that must score above every `quietRow` and at least 90 % of the normal ones. */
  readonly abnormalRow: number;
  readonly quietRow: number;
  /** Detectors of running context need no fit and score from the first rows on. */
  readonly learnsAsItGoes?: boolean;
}

/**
 * What every detector keeps: scores are pure and independent of batches and of dictionary codes, state survives a snapshot,
 * labels are an overlay that leaves no trace when revoked, bad snapshots change nothing. Fits once.
 */
export function detectorContract<B extends FeatureBatch>(name: string, subject: DetectorSubject<B>): void {
  describe(`${name} keeps the detector contract`, () => {
    let learnt: Uint8Array;
    let calibration: Float64Array;
    const fitted = async (): Promise<Detector<B>> => {
      const detector = subject.create();
      await detector.restore(learnt);
      return detector;
    };
    const labelOf = (detector: Detector<B>, row: number, verdict: LabelledRow['verdict'], alertId = `alert-${row}`): LabelledRow => ({
      alertId,
      verdict,
      entity: entityOf(subject.mixed, row),
      row: detector.describe(subject.mixed, row),
    });

    beforeAll(async () => {
      const detector = subject.create();
      const shares: number[] = [];
      const summary = await detector.fit(subject.normal, (share) => shares.push(share));
      calibration = summary.calibration;
      learnt = await detector.snapshot();
      expect(shares.every((share, i) => share >= (shares[i - 1] ?? 0) && share <= 1)).toBe(true);
    }, 300_000);

    it('says NaN until it has learnt something', async () => {
      if (subject.learnsAsItGoes === true) return;
      const { score } = await subject.create().score(subject.mixed);
      expect(score).toEqual(new Float64Array(subject.mixed.rows).fill(Number.NaN));
    });

    it('ranks the abnormal row above normal ones', async () => {
      const { score } = await (await fitted()).score(subject.mixed);
      expect(score.length).toBe(subject.mixed.rows);
      const abnormal = score[subject.abnormalRow] as number;
      expect(abnormal).toBeGreaterThan(score[subject.quietRow] as number);
      if (calibration.length > 0)
        expect(calibration.filter((normal) => normal < abnormal).length / calibration.length).toBeGreaterThan(0.9);
    });

    it('scores without side effects', async () => {
      const detector = await fitted();
      const first = await detector.score(subject.mixed);
      await detector.explain(subject.mixed, subject.abnormalRow);
      const second = await detector.score(subject.mixed);
      expect(second).toEqual(first);
      expect(await detector.snapshot()).toEqual(learnt);
    });

    it('gives the same scores for any batch size and any dictionary order', async () => {
      const whole = (await (await fitted()).score(subject.mixed)).score;
      await fc.assert(
        fc.asyncProperty(fc.array(fc.integer({ min: 1, max: Math.max(1, subject.mixed.rows) }), { maxLength: 6 }), async (cuts) => {
          const detector = await fitted();
          const edges = [...new Set([0, ...cuts, subject.mixed.rows])].filter((cut) => cut <= subject.mixed.rows).sort((a, b) => a - b);
          const parts: number[] = [];
          for (let i = 0; i + 1 < edges.length; i++) {
            const part = slice(subject.mixed, edges[i] as number, edges[i + 1] as number);
            parts.push(...(await detector.score(part)).score);
            detector.observe(part);
          }
          expect(Float64Array.from(parts)).toEqual(whole);
        }),
        { numRuns: 8 },
      );
    });

    it('survives snapshot and restore', async () => {
      const detector = await fitted();
      detector.observe(subject.mixed);
      const snapshot = await detector.snapshot();
      const again = subject.create();
      await again.restore(snapshot);
      expect(await again.snapshot()).toEqual(snapshot);
      expect(await again.score(subject.mixed)).toEqual(await detector.score(subject.mixed));
    });

    it('refuses a damaged snapshot and keeps what it had', async () => {
      const detector = await fitted();
      const before = await detector.score(subject.mixed);
      for (const bad of [new Uint8Array(0), learnt.slice(0, 7), learnt.slice(0, learnt.length >> 1), new TextEncoder().encode('{"a":1}')]) {
        await expect(detector.restore(bad)).rejects.toThrow(VedetteError);
      }
      expect(await detector.score(subject.mixed)).toEqual(before);
    });

    it('explains in plain words', async () => {
      const detector = await fitted();
      const explanation = await detector.explain(subject.mixed, subject.abnormalRow);
      expect(explanation.what.length).toBeGreaterThan(10);
      expect(explanation.why.length).toBeGreaterThan(10);
      expect(`${explanation.what} ${explanation.why}`).not.toMatch(/p-value|undefined|NaN/);
      expect(explanation.harmless.length).toBeGreaterThan(0);
      expect(explanation.next.length).toBeGreaterThan(0);
      const shares = explanation.contributions.map((contribution) => contribution.share);
      expect(shares.every((share) => share >= 0 && share <= 1 + 1e-9)).toBe(true);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeLessThanOrEqual(1 + 1e-6);
      expect(await detector.explain(subject.mixed, subject.abnormalRow)).toEqual(explanation);
    });

    it('describes a row by what it is, not by its codes', async () => {
      const detector = await fitted();
      const row = subject.abnormalRow;
      const alone = slice(subject.mixed, row, row + 1);
      expect(detector.describe(alone, 0)).toEqual(detector.describe(subject.mixed, row));
    });

    it('forgets a revoked label as if it had never been', async () => {
      const detector = await fitted();
      const before = await detector.score(subject.mixed);
      const labels = [
        labelOf(detector, subject.abnormalRow, 'false-positive'),
        labelOf(detector, subject.quietRow, 'true-positive'),
        labelOf(detector, subject.quietRow, 'benign', 'alert-b'),
      ];
      detector.applyLabels(labels);
      const labelled = await detector.score(subject.mixed);
      expect(await detector.snapshot()).toEqual(learnt);
      detector.applyLabels([]);
      expect(await detector.score(subject.mixed)).toEqual(before);
      expect(await detector.snapshot()).toEqual(learnt);
      const restarted = await fitted();
      restarted.applyLabels(labels);
      expect(await restarted.score(subject.mixed)).toEqual(labelled);
    });

    it('rates stored findings under labels that it is only asked about', async () => {
      const detector = await fitted();
      if (detector.rescore === undefined) return;
      const score = (await detector.score(subject.mixed)).score[subject.abnormalRow] as number;
      const label = labelOf(detector, subject.abnormalRow, 'false-positive');
      const hostile = { entity: 'nobody', row: new TextEncoder().encode('{"a":'), score: 3 };
      const found = [{ entity: label.entity, row: label.row, score }, hostile];
      const [without, other] = await detector.rescore(found, []);
      expect(without).toBeGreaterThan(0);
      expect(other).not.toBeNaN();
      expect((await detector.rescore(found, [label]))[0]).toBeLessThan(without as number);
      expect((await detector.score(subject.mixed)).score[subject.abnormalRow]).toBe(score);
      expect(await detector.snapshot()).toEqual(learnt);
    });

    it('raises a false positive less, a true positive no less', async () => {
      const detector = await fitted();
      const row = subject.abnormalRow;
      const before = (await detector.score(subject.mixed)).score[row] as number;
      detector.applyLabels([labelOf(detector, row, 'false-positive')]);
      expect((await detector.score(subject.mixed)).score[row]).toBeLessThan(before);
      detector.applyLabels([labelOf(detector, row, 'true-positive')]);
      expect((await detector.score(subject.mixed)).score[row]).toBeGreaterThanOrEqual(before);
      detector.applyLabels([{ ...labelOf(detector, row, 'benign'), entity: 'somebody else' }]);
      expect((await detector.score(subject.mixed)).score[row]).toBe(before);
      detector.applyLabels([labelOf(detector, row, 'benign')]);
      expect((await detector.score(subject.mixed)).score[row]).toBeLessThan(before);
    });

    it('learns further rows deterministically', async () => {
      const learntFurther = async () => {
        const detector = await fitted();
        await detector.learn(slice(subject.mixed, subject.quietRow, subject.quietRow + 1));
        return detector.snapshot();
      };
      expect(await learntFurther()).toEqual(await learntFurther());
    });
  });
}

function entityOf(batch: FeatureBatch, row: number): string {
  if (batch.shape === 'observations') return batch.entities[batch.entity[row] as number] as string;
  if (batch.shape === 'series') return batch.entities[batch.entities.length === batch.rows ? row : (batch.code[row] as number)] as string;
  return batch.entities[row] as string;
}

/** Normal sessions of a small service, and a session that does what none of them does. */
export function sequenceSubject(create: () => Detector<SequenceBatch>): DetectorSubject<SequenceBatch> {
  const session = (row: number) => {
    const reads = Array.from({ length: 1 + (row % 3) }, () => 'read');
    return row % 5 === 0 ? ['open', 'auth', ...reads, 'write', 'close'] : ['open', 'auth', ...reads, 'close'];
  };
  const normal = Array.from({ length: 240 }, (_, row) => session(row));
  const mixed = [
    ...Array.from({ length: 12 }, (_, row) => session(row)),
    ['open', 'dump', 'dump', 'auth', 'dump', 'delete', 'close', 'delete'],
  ];
  return { create, normal: sequenceBatch(normal), mixed: sequenceBatch(mixed), abnormalRow: 12, quietRow: 1 };
}

/** Contract, and input made to hurt: empty and endless sequences, a vocabulary of a million, random bytes as ids. */
export function sequenceDetectorContract(name: string, create: () => Detector<SequenceBatch>, options: { longest?: number } = {}): void {
  const subject = sequenceSubject(create);
  const longest = options.longest ?? 100_000;
  detectorContract(name, subject);
  describe(`${name} withstands hostile sequences`, () => {
    let detector: Detector<SequenceBatch>;
    beforeAll(async () => {
      detector = create();
      await detector.fit(subject.normal);
    }, 300_000);

    const survives = async (batch: SequenceBatch, row = 0) => {
      const { score } = await detector.score(batch);
      expect(score.length).toBe(batch.rows);
      expect(score.every((value) => Number.isFinite(value))).toBe(true);
      if (batch.rows > 0) {
        await detector.explain(batch, row);
        expect(detector.describe(batch, row).length).toBeLessThan(1_000_000);
      }
    };

    it('no row, an empty row, one event', async () => {
      await survives(sequenceBatch([]));
      await survives(sequenceBatch([[]]));
      await survives(sequenceBatch([['open'], ['never seen']]), 1);
    });

    it(`${longest} events in one row`, async () => {
      await survives(sequenceBatch([Array.from({ length: longest }, (_, i) => (i % 7 === 0 ? 'read' : 'write'))]));
    });

    it('a vocabulary of a million', async () => {
      const batch = sequenceBatch([['open', 'auth', 'close']]);
      const vocabulary = [...batch.vocabulary, ...Array.from({ length: 1_000_000 }, (_, i) => `noise ${i}`)];
      const codes = Int32Array.from({ length: 1000 }, (_, i) => i * 1000);
      await survives({ ...batch, vocabulary, codes, offsets: Int32Array.of(0, codes.length) });
    });

    it('any strings as event ids', async () => {
      const id = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('__proto__', 'constructor', 'open', 'read', ''));
      await fc.assert(
        fc.asyncProperty(fc.array(fc.array(id, { maxLength: 40 }), { minLength: 1, maxLength: 5 }), async (rows) =>
          survives(sequenceBatch(rows)),
        ),
        { numRuns: 20 },
      );
    });
  });
}
