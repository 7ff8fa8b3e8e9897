import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compare, metered, type ToldFlow } from './flow-parity.ts';

const SCRIPT = resolve('test/reference/flow_reference.py');

function python(): boolean {
  try {
    execFileSync('python3', ['--version']);
    return true;
  } catch {
    return false;
  }
}

describe('flows against a second implementation', () => {
  it.skipIf(!python())(`agree in every column of small captures${python() ? '' : ' [skipped: python3 is absent]'}`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vedette-parity-'));
    try {
      execFileSync('python3', [SCRIPT, 'make', folder]);
      const names = readdirSync(folder);
      expect(names.length).toBeGreaterThanOrEqual(11);
      for (const name of names) {
        const path = join(folder, name);
        const lines = execFileSync('python3', [SCRIPT, 'flows', path], { encoding: 'utf8' }).trim().split('\n');
        const reference = lines.map((line) => JSON.parse(line) as ToldFlow);
        const compared = compare(name, await metered(path), reference);
        expect(compared).toEqual({
          capture: name,
          flows: reference.length,
          reference: reference.length,
          matched: reference.length,
          differing: {},
        });
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
