import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { SEVERITY_LEVELS } from '../../src/alerts/index.ts';
import { analyzeEvents, eventFormat } from '../../src/analysis/index.ts';
import type { Detection } from '../../src/core/index.ts';
import { USE_CASES } from '../../src/detectors/use-cases/index.ts';
import { listInputs } from '../../src/sources/index.ts';
import { dataset, missing, needs } from '../../src/testing/datasets.ts';

const rules = z.array(z.string()).default([]);
const expectation = z.strictObject({
  /** Below the folder of data sets. */
  input: z.string(),
  format: z.string(),
  /** Use cases that fire at medium severity and above: these and no other. */
  finds: rules,
  /** The hosts these are about, where that is settled. */
  entities: rules.optional(),
  /** Use cases that fire at low severity: these and no other. */
  low: rules,
});

const ruleOf = ({ explanation }: Detection): string | undefined =>
  USE_CASES.find(({ title }) => title === explanation.contributions[0]?.subject)?.name;
const sorted = (values: Iterable<string | undefined>): (string | undefined)[] => [...new Set(values)].sort();

describe('cases', () => {
  for (const entry of readdirSync(import.meta.dirname, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const expected = expectation.parse(parse(readFileSync(join(import.meta.dirname, entry.name, 'expected.yaml'), 'utf8')));
    it.skipIf(missing(expected.input))(needs(entry.name, expected.input), async () => {
      const [input] = await listInputs([dataset(expected.input) as string]);
      if (input === undefined) throw new Error(`${expected.input} cannot be read`);
      const format = await eventFormat(input);
      expect(format).toBe(expected.format);
      if (format === undefined) return;
      const { detections, input: read } = await analyzeEvents(input, format);
      expect(read.dead).toBe(0);
      const loud = detections.filter(({ severity }) => severity >= SEVERITY_LEVELS.medium);
      const low = detections.filter(({ severity }) => severity < SEVERITY_LEVELS.medium);
      expect(sorted(loud.map(ruleOf))).toEqual(sorted(expected.finds));
      expect(sorted(low.map(ruleOf))).toEqual(sorted(expected.low));
      if (expected.entities !== undefined) expect(sorted(loud.map(({ entity }) => entity))).toEqual(sorted(expected.entities));
    });
  }
});
