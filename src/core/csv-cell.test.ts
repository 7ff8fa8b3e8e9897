import { expect, it } from 'vitest';
import { csvCell } from './csv-cell.ts';

it.each([
  ['a', 'a'],
  ['a,b "c"', '"a,b ""c"""'],
  ['-5', '-5'],
  ['+1.5e-3', '+1.5e-3'],
  ['-', '-'],
  ['=HYPERLINK("http://x","y")', '"\'=HYPERLINK(""http://x"",""y"")"'],
  ["-2+3+cmd|' /C calc'!A0", "'-2+3+cmd|' /C calc'!A0"],
  ['+A1', "'+A1"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=1', "'\t=1"],
])('%j', (text, cell) => {
  expect(csvCell(text)).toBe(cell);
});
