import type { Explanation, RowBatch } from '../../core/index.ts';
import type { Scaler } from '../../ml/index.ts';
import { explainRow, type ToldColumn } from '../rows/explain-row.ts';

/** Why a window of flows stands out, by the strangest of them; `who` begins the sentence. */
export function explainFlow(
  learnt: { readonly scaler: Scaler; readonly rows: number; readonly told?: ToldColumn },
  flow: RowBatch,
  who: string,
): Explanation {
  const { what, ...rest } = explainRow(
    learnt,
    'neighbours, an autoencoder and a classifier of exchanged cells together have not seen its like',
    flow,
    0,
  );
  return { ...rest, what: `${who} ${who.startsWith('1 ') || who.startsWith('A ') ? 'is' : 'are'} unlike learnt ones. ${what}` };
}
