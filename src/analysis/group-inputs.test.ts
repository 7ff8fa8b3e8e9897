import { describe, expect, it } from 'vitest';
import type { FileInput } from '../sources/index.ts';
import { groupInputs } from './group-inputs.ts';

const input = (name: string): FileInput => ({ name, path: `/data/${name}`, bytes: 1 });

describe('inputs that share an idea of what is normal', () => {
  it('are exports of one type, in order of time', () => {
    const groups = groupInputs(['auth_20260302T0000Z.json', 'web_20260301T0000Z.json.gz', 'auth_20260301T0000Z.json.gz'].map(input));
    expect(groups.map(({ type, inputs }) => [type, inputs.map(({ name }) => name)])).toEqual([
      ['auth', ['auth_20260301T0000Z.json.gz', 'auth_20260302T0000Z.json']],
      ['web', ['web_20260301T0000Z.json.gz']],
    ]);
  });

  it('are a log and what was rotated from it, oldest first', () => {
    const [group] = groupInputs(['auth.log', 'auth.log.1', 'auth.log.10.gz', 'auth.log.2.gz'].map(input));
    expect(group?.inputs.map(({ name }) => name)).toEqual(['auth.log.10.gz', 'auth.log.2.gz', 'auth.log.1', 'auth.log']);
  });

  it('are not files of other names or folders', () => {
    expect(groupInputs(['a.log', 'b.log'].map(input))).toHaveLength(2);
    expect(groupInputs(['x/auth_20260301T0000Z.json', 'y/auth_20260301T0000Z.json'].map(input))).toHaveLength(2);
  });
});
