import { join } from 'node:path';
import { seededRandom, shuffle } from '../../core/index.ts';
import { type BoostingOptions, boostTrees, type LabelledRows, rowsOf, treeProbabilities } from '../../ml/index.ts';
import { markdownTable } from '../quality/markdown-table.ts';
import { cleanFlows } from './clean.ts';
import { labelledParts } from './closed-set.ts';
import { readFlows } from './read.ts';

export interface StepChoice {
  readonly commit: string;
  readonly learnt: number;
  readonly validation: number;
  readonly steps: readonly { readonly maxStep: number; readonly log_loss: number }[];
}

const STEPS = [10, 3, 2, 1];

/** What the bound on the step of a leaf does to rows of the training part that the trees had not seen; no test row is looked at. */
export async function stepChoice(options: { folder: string; commit: string; log: (line: string) => void }): Promise<StepChoice> {
  const { folder, commit, log } = options;
  const table = await readFlows([join(folder, 'flows/cicids2017-improved/cicids2017_improved_dev.csv.gz')], { label: 'Label' });
  const { encoding, classes, train } = labelledParts(table, cleanFlows(table), { split: 'random', homeNetworks: ['192.168.10.0/24'] });
  const rows = train.actual.length;
  const data = { rows, columns: encoding.features.length, values: train.values, labels: train.actual, classes };
  const order = shuffle(
    Array.from({ length: rows }, (_, row) => row),
    seededRandom(5),
  );
  const unseen = rowsOf(
    data,
    order.filter((_, i) => i % 4 === 0),
  );
  const known = rowsOf(
    data,
    order.filter((_, i) => i % 4 !== 0),
  );
  const steps = STEPS.map((maxStep) => {
    const log_loss = lossOf(known, unseen, { rounds: 100, bins: 255, maxStep });
    log(`step at most ${maxStep}: log loss ${log_loss.toFixed(4)}`);
    return { maxStep, log_loss };
  });
  return { commit, learnt: known.rows, validation: unseen.rows, steps };
}

function lossOf(known: LabelledRows, unseen: LabelledRows, options: BoostingOptions): number {
  const p = treeProbabilities(boostTrees(known, options).ensemble, unseen.values, unseen.rows);
  const K = known.classes.length;
  let loss = 0;
  for (const [row, k] of unseen.labels.entries()) loss -= Math.log(Math.max(p[row * K + k] as number, 1e-15));
  return loss / unseen.rows;
}

export function stepMarkdown({ commit, learnt, validation, steps }: StepChoice): string {
  const least = Math.min(...steps.map(({ log_loss }) => log_loss));
  return [
    '# The bound on a leaf of the boosted trees',
    '',
    `Made by \`npm run evaluate:all -- flow-steps\` at commit ${commit.slice(0, 12)}. CIC-IDS2017 improved, the training part of its random split alone: ${learnt} rows learnt, ${validation} measured. The least log loss makes the default of \`maxStep\`.`,
    '',
    ...markdownTable([
      ['`maxStep`', 'log loss', ''],
      ...steps.map(({ maxStep, log_loss }) => [String(maxStep), log_loss.toFixed(4), log_loss === least ? 'least' : '']),
    ]),
    '',
  ].join('\n');
}
