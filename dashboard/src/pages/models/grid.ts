import type { BodyInput } from '../../../../src/server/api/contract.ts';

export type Grid = NonNullable<BodyInput<'train'>['grid']>;

/** `leaves=15,31`, an option a line, as the values to try; the line that is none, where there is one. */
export function gridOf(text: string): Grid | { readonly wrong: string } {
  const grid: Record<string, (string | number)[]> = {};
  for (const line of text.split('\n').map((one) => one.trim())) {
    if (line === '') continue;
    const [key = '', values = ''] = line.split(/=(.*)/s).map((one) => one.trim());
    const list = values.split(',').map((one) => one.trim());
    if (key === '' || list.includes('')) return { wrong: line };
    grid[key] = list.map((value) => (Number.isNaN(Number(value)) ? value : Number(value)));
  }
  return grid;
}

export function isWrong(grid: ReturnType<typeof gridOf>): grid is { readonly wrong: string } {
  return typeof grid.wrong === 'string';
}
