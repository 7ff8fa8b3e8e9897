import { join } from 'node:path';
import { calibrationTable, incidentTables } from '../../alerts/index.ts';
import { groupingAccuracyTable } from '../../parsers/index.ts';
import { flowMarkdown } from '../flows/flow-markdown.ts';
import { flowQuality } from '../flows/flow-quality.ts';
import { stepChoice, stepMarkdown } from '../flows/step-choice.ts';
import { seriesTables } from '../series/tables.ts';
import { groupingMarkdown } from './grouping-markdown.ts';
import { sequenceMarkdown } from './sequence-markdown.ts';
import { sequenceQuality } from './sequence-quality.ts';
import { sigmaMarkdown, sigmaQuality } from './sigma-quality.ts';
import { signatureMarkdown, signatureQuality } from './signature-quality.ts';

export interface TableOptions {
  /** Folder of the data sets. */
  readonly folder: string;
  readonly commit: string;
  readonly log: (line: string) => void;
  /** Rows of an earlier run of the same table at the same commit that was interrupted, by their names. */
  readonly kept?: KeptRows;
}

/** Rows of a long table, kept as they are made: a table that was interrupted goes on. */
export interface KeptRows {
  read(name: string): unknown;
  write(name: string, row: unknown): void;
}

/** A quality table: what is committed as JSON, and its readable form. */
export interface Table {
  readonly json: unknown;
  readonly markdown?: string;
}

export type MakeTable = (options: TableOptions) => Promise<Table>;

/** Tables by the name of their file in docs/quality/. */
export async function qualityTables(): Promise<Readonly<Record<string, MakeTable>>> {
  return {
    ...incidentTables,
    sigma: async (options) => {
      const quality = await sigmaQuality(options);
      return { json: quality, markdown: sigmaMarkdown(quality) };
    },
    signatures: async (options) => {
      const quality = await signatureQuality(options);
      return { json: quality, markdown: signatureMarkdown(quality) };
    },
    sequences: async ({ folder, commit, log }) => {
      const quality = await sequenceQuality({ folder, commit, log });
      return { json: quality, markdown: sequenceMarkdown(quality) };
    },
    flows: async (options) => {
      const quality = await flowQuality(options);
      return { json: quality, markdown: flowMarkdown(quality) };
    },
    'flow-steps': async (options) => {
      const choice = await stepChoice(options);
      return { json: choice, markdown: stepMarkdown(choice) };
    },
    'drain-grouping': async ({ folder, commit }) => {
      const table = groupingAccuracyTable(join(folder, 'logs/loghub-2k'));
      return { json: { commit, ...table }, markdown: groupingMarkdown(table, commit) };
    },
    calibration: async ({ commit }) => ({ json: { commit, rows: calibrationTable([1, 2, 3, 4, 5]) } }),
    ...seriesTables,
  };
}
