import { describe, expect, it } from 'vitest';
import { TemplateNames } from './template-names.ts';

const TEMPLATE = { id: '38191c61d3a2d759', text: 'Failed password for <*>' } as ConstructorParameters<typeof TemplateNames>[0][number];

describe('names of templates', () => {
  it('stand in the words, and beside the subjects of contributions, which keep the id', () => {
    const part = { observed: '149 lines', expected: 'about 1', share: 1, seenBefore: 0 };
    const told = new TemplateNames([TEMPLATE]).inWords({
      ...{ what: 'template 38191c61d3a2d759 had 149 lines.', why: '', harmless: [], next: [], evidence: [] },
      contributions: [
        { subject: 'template 38191c61d3a2d759', ...part },
        { subject: 'host app2', ...part },
      ],
    });
    expect(told.what).toBe('template "Failed password for <*>" had 149 lines.');
    expect(told.contributions.map(({ subject, text }) => [subject, text])).toEqual([
      ['template 38191c61d3a2d759', 'template "Failed password for <*>"'],
      ['host app2', undefined],
    ]);
  });
});
