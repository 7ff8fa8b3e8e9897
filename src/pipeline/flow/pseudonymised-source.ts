import type { RecordBatch, Source } from '../../core/index.ts';
import type { RecordPseudonymiser } from '../../parsers/index.ts';

/** A source whose records hold pseudonyms from the first on: queue, segment log, dead letters and events get nothing else to see. */
export function pseudonymisedSource(source: Source, pseudonyms: RecordPseudonymiser): Source {
  const originals = new WeakMap<RecordBatch, RecordBatch>();
  const { replayable } = source;
  return {
    replayable,
    counters: () => source.counters(),
    close: () => source.close(),
    listen: async () => source.listen?.(),
    acknowledge: (batch) => source.acknowledge?.(originals.get(batch) ?? batch),
    async *read(resume, signal) {
      for await (const batch of source.read(resume, signal)) {
        const replaced = replayable ? pseudonyms.apply(batch) : ofSender(batch, pseudonyms);
        originals.set(replaced, batch);
        yield replaced;
      }
    },
  };
}

/** Inputs of senders are named after them; their offsets count what the segment log holds. */
function ofSender(batch: RecordBatch, pseudonyms: RecordPseudonymiser): RecordBatch {
  const { originEnds: _origins, ...replaced } = pseudonyms.apply(batch);
  return { ...replaced, input: pseudonyms.name(batch.input) };
}
