import type { Failure, LogBatch, Template } from '../../core/index.ts';
import type { KnownTemplates } from '../../parsers/index.ts';
import type { FileInput } from '../../sources/index.ts';
import type { InputSummary } from './input-parser.ts';

/** Batches on their way or waiting to be taken; further ones wait in the thread that parses. */
export const BATCHES_AHEAD = 4;

/** A template that is new under its code, or whose text has changed. */
export interface TemplateChange {
  readonly code: number;
  readonly id: string;
  readonly text: string;
}

export type ToParser =
  | { readonly kind: 'parse'; readonly input: FileInput }
  /** A batch was taken: one more may come. */
  | { readonly kind: 'more' }
  /** Memory of a batch that nobody reads any more. */
  | { readonly kind: 'reuse'; readonly memory: readonly ArrayBuffer[] }
  | { readonly kind: 'templates' }
  | { readonly kind: 'known' };

export type FromParser =
  | {
      readonly kind: 'batch';
      readonly format: string;
      readonly batch: LogBatch;
      readonly changes: readonly TemplateChange[];
      readonly bytesRead: number;
    }
  | { readonly kind: 'summary'; readonly summary: InputSummary }
  | { readonly kind: 'templates'; readonly templates: readonly Template[] }
  | { readonly kind: 'known'; readonly known: readonly KnownTemplates[] }
  | { readonly kind: 'failed'; readonly failure: Failure };
