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
