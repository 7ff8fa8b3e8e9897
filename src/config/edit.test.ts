import { expect, it } from 'vitest';
import { editConfig } from './edit.ts';

const TEXT = `# our own
listen: 127.0.0.1:7734 # only here
tenants:
  default:
    alertBudget: 3 # a day
    sources:
      # the door
      - { type: file, name: auth, path: /var/log/auth.log }
    sinks: []
`;

it('changes what it is told and keeps every comment', () => {
  const changed = editConfig(TEXT, 'vedette.yaml', [
    { path: ['tenants', 'default', 'alertBudget'], value: 5 },
    { path: ['tenants', 'default', 'retention', 'maxAge'], value: '7d' },
    { path: ['tenants', 'default', 'sinks', 0], value: { type: 'file', name: 'out', path: 'alerts.ndjson' } },
  ]);
  for (const comment of ['# our own', '# only here', '# a day', '# the door']) expect(changed).toContain(comment);
  expect(changed).toContain('alertBudget: 5 # a day');
  expect(changed).toMatch(/retention:\n {6}maxAge: 7d/);
  expect(changed).toContain('name: out');
  const removed = editConfig(changed, 'vedette.yaml', [{ path: ['tenants', 'default', 'sinks', 0], value: undefined }]);
  expect(removed).not.toContain('name: out');
});

it('refuses a text that is no YAML, and starts an empty one', () => {
  expect(() => editConfig('a: [', 'f', [])).toThrow();
  expect(editConfig('', 'f', [{ path: ['seed'], value: 2 }])).toBe('seed: 2\n');
});
