import type { LogBatch } from '../../core/index.ts';
import { ABSENT, type ColumnSource } from './columnar/column-source.ts';
import { Utf8Spans } from './columnar/utf8.ts';
import { jsonFields } from './json-fields.ts';

/** The columns of a log batch in the order of `storedColumns('log')`. */
export function logSources(batch: LogBatch, templateIds: readonly string[]): readonly ColumnSource[] {
  const { origin, message, parameters, attributes } = batch;
  const utf8 = new Utf8Spans(message.bytes);
  return [
    { of: 'constant', value: batch.source },
    { of: 'constant', value: origin.input },
    { of: 'numbers', values: origin.offset },
    { of: 'numbers', values: origin.line },
    { of: 'numbers', values: origin.length },
    { of: 'numbers', values: batch.time },
    { of: 'names', column: batch.host },
    { of: 'names', column: batch.component },
    { of: 'numbers', values: batch.pid },
    { of: 'names', column: batch.level },
    { of: 'text', column: message, utf8 },
    { of: 'names', column: { codes: batch.template, values: templateIds } },
    { of: 'spans', column: parameters, utf8: parameters.bytes === message.bytes ? utf8 : new Utf8Spans(parameters.bytes) },
    attributes === undefined ? ABSENT : { of: 'text', column: attributes, utf8: new Utf8Spans(attributes.bytes) },
    jsonFields(batch.fields ?? {}),
  ];
}
