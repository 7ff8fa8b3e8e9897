import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { configReference, jsonSchema, parseConfig } from '../../src/config/index.ts';
import { pipelineSchema } from '../../src/pipeline/index.ts';

it('docs/configuration.md is the reference of this schema', async () => {
  const schema = await pipelineSchema();
  const reference = configReference(jsonSchema(schema));
  const example = /```yaml\n(.*?)```/s.exec(reference)?.[1] ?? '';
  expect(Object.keys(parseConfig(example, 'vedette.yaml', schema).config.tenants)).toEqual(['default']);
  expect(reference).toMatch(/\| `limits\.cpuShare` \| number \| `1` \|/);
  await expect(reference).toMatchFileSnapshot(fileURLToPath(new URL('../../docs/configuration.md', import.meta.url)));
});

it('refuses what would stop a source when it starts: formats, zones and patterns that there are not', async () => {
  const schema = await pipelineSchema();
  const problemsOf = (lines: string) => {
    const text = `tenants:\n  t:\n    sources:\n      - { type: file, name: a, path: /var/log/a.log, ${lines} }\n`;
    try {
      parseConfig(text, 'v.yaml', schema);
    } catch (error) {
      return (error as Error).message;
    }
    return '';
  };
  expect(problemsOf('parser: { timezone: Europe/Berlin, format: syslog }')).toBe('');
  expect(problemsOf('parser: { timezone: Europe/Berln }')).toMatch(
    /^v\.yaml:4:\d+ .*timezone: time zone "Europe\/Berln" is not known: give UTC/,
  );
  expect(problemsOf('parser: { format: apache }')).toMatch(/format: log format "apache" is not known: known formats: .*syslog/);
  expect(problemsOf("features: { session: { end: '((' } }")).toMatch(/session\.end: Invalid regular expression/);
});
