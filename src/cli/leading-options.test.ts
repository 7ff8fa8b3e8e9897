import { expect, it } from 'vitest';
import { leadingOptionsBehind } from './leading-options.ts';

const moved = (line: string): string =>
  leadingOptionsBehind(['node', 'vedette', ...line.split(' ')])
    .slice(2)
    .join(' ');

it('takes common options before the name of the command', () => {
  expect(moved('--home /h -o json alerts list --limit 3')).toBe('alerts list --limit 3 --home /h -o json');
  expect(moved('--tenant=a analyze x.log')).toBe('analyze x.log --tenant=a');
  expect(moved('-c v.yaml analyze -- -odd.log')).toBe('analyze -c v.yaml -- -odd.log');
});

it('leaves everything else as it is', () => {
  for (const line of ['analyze x.log --home /h', '--help', '--version', '--unknown x analyze', '--home', '--home /h'])
    expect(moved(line)).toBe(line);
});
