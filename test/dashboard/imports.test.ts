import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const SOURCES = join(import.meta.dirname, '../../dashboard/src');

it('the dashboard takes types from src/ and nothing else', () => {
  const imports = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .flatMap((name) => [...readFileSync(join(SOURCES, name), 'utf8').matchAll(/^import\s[^;]*?from '([^']*\/src\/[^']*)';/gm)])
    .map(([statement]) => statement);
  expect(imports.length).toBeGreaterThan(10);
  expect(imports.filter((statement) => !statement.startsWith('import type '))).toEqual([]);
});
