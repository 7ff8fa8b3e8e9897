import { describe, expect, it } from 'vitest';
import { optionsOf, textOf, valuesOf } from '../../dashboard/src/components/options/schema.ts';
import { emptyDraft, ruleBody } from '../../dashboard/src/pages/suppressions/draft.ts';

const OPTIONS = optionsOf({
  properties: {
    timeout: { type: 'string', default: '10s' },
    sync: { type: 'boolean', default: true },
    headers: { type: 'object' },
    body: {},
    to: { type: 'array', items: { type: 'string' } },
    port: { type: 'integer' },
    endpoint: { type: 'string' },
  },
  required: ['endpoint'],
});

describe('options of a component', () => {
  it('are read from the fields by their kind, empty ones left to their default', () => {
    expect(OPTIONS[0]?.name).toBe('endpoint');
    const texts = {
      ...{ endpoint: ' http://a ', port: '514', to: 'a@x, b@x', sync: 'false', timeout: '' },
      ...{ headers: '{"X-A":"1"}', body: '{{detection.title}}' },
    };
    expect(valuesOf(OPTIONS, texts)).toEqual({
      ...{ endpoint: 'http://a', port: 514, to: ['a@x', 'b@x'], sync: false },
      ...{ headers: { 'X-A': '1' }, body: '{{detection.title}}' },
    });
    expect(() => valuesOf(OPTIONS, { headers: 'X-A: 1' })).toThrow(SyntaxError);
  });

  it('come back as the text that gives them', () => {
    const value = { to: ['a', 'b'], headers: { a: '1' }, port: 1 };
    const texts = Object.fromEntries(OPTIONS.map(({ name, schema }) => [name, textOf(value[name as keyof typeof value], schema)]));
    expect(valuesOf(OPTIONS, texts)).toEqual(value);
  });
});

describe('a suppression as it is written', () => {
  it('is asked for once it names a field, without what is empty', () => {
    const draft = { ...emptyDraft(), reason: 'planned' };
    expect(ruleBody({ ...draft, match: { entity: ' ' } })).toBeUndefined();
    expect(ruleBody({ ...draft, match: { entity: 'web-*', title: '' }, except: [{}, { key: 'a' }] })).toMatchObject({
      match: { entity: 'web-*' },
      except: [{ key: 'a' }],
      reason: 'planned',
    });
  });
});
