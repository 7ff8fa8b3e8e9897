import { amount } from '../format/number.ts';
import { reading, readingRange } from '../format/unit.ts';
import { Bar, When } from './marks.tsx';

interface Reading {
  /** Name of the series, which tells the unit. */
  readonly name: string;
  readonly lastValue: number | null;
  readonly lastTime: number | null;
  readonly expected: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly abnormal: number | null;
  /** Of what is only stored: how abnormal its most abnormal reading was. */
  readonly highest: number | null;
}

/** Cells of a series in a table: last value, what is expected next, how abnormal it is of `most`, when it was read. */
export function ReadingCells({ of, most }: { of: Reading; most: number }) {
  return (
    <>
      <td className="right num">{reading(of.lastValue, of.name)}</td>
      <td className="right num nowrap">
        {reading(of.expected, of.name)}
        {of.lower !== null && <span className="soft small"> ({readingRange(of.lower, of.upper, of.name)})</span>}
      </td>
      <td style={{ width: 130, verticalAlign: 'middle' }}>
        <Bar
          share={(of.abnormal ?? of.highest ?? 0) / most}
          level="high"
          label={of.abnormal === null ? `Most abnormal reading ${amount(of.highest)}` : `Abnormal now ${amount(of.abnormal)}`}
        />
      </td>
      <td>
        <When at={of.lastTime} as="relative" />
      </td>
    </>
  );
}
