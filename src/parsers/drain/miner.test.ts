import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IntList } from '../bytes/int-list.ts';
import { LeafSearch } from './leaf-search.ts';
import { compileMask } from './mask-pattern.ts';
import { type MinerOptions, TemplateMiner } from './miner.ts';
import { ShapeScanner } from './shape.ts';
import { MinedTemplate } from './template.ts';
import { tokenHash, tokensText, WILD_TEXT } from './token-text.ts';
import { type Node, WILD } from './tree.ts';

function assign(miner: TemplateMiner, line: string): string | undefined {
  const bytes = Buffer.from(line);
  return miner.templates[miner.assign(bytes, 0, bytes.length)]?.id;
}

function parameters(miner: TemplateMiner, line: string): string[] {
  const bytes = Buffer.from(line);
  const code = miner.assign(bytes, 0, bytes.length);
  const start = new IntList();
  const end = new IntList();
  miner.parameters(bytes, code, start, end);
  return [...start.finish()].map((from, i) => bytes.toString('utf8', from, end.finish()[i]));
}

function texts(miner: TemplateMiner): string[] {
  return miner.held().map(({ text }) => text);
}

/** Lines from few words, so that templates form, generalise and compete; digits and masks among the words. */
const words = fc.constantFrom('open', 'close', 'file', 'user', 'root', 'to', '12', '10.0.0.1:80', 'a1', 'blk_-7', '(3)', 'x=4', 'ünï');
const lines = fc.array(
  fc.array(words, { maxLength: 7 }).map((tokens) => tokens.join(' ')),
  { maxLength: 120 },
);

describe('TemplateMiner', () => {
  it('masks numbers, addresses, block ids, hex and uuids', () => {
    const miner = new TemplateMiner();
    assign(miner, 'block blk_-69 at 10.1.2.3:80 took 1.5 flags 0xfF id 123e4567-e89b-12d3-a456-426614174000 node12 v2x (7)');
    expect(texts(miner)).toEqual(['block <*> at <*> took <*> flags <*> id <*> node12 v2x (<*>)']);
  });

  it('masks ids of requests, queues and objects, in words too, and leaves words and short codes', () => {
    const miner = new TemplateMiner();
    assign(miner, '[req-f658f7a7] deadbeef 87A8501E2C: i-0abcd1234ef567890 job_7f3a9c21e @6d06d69c');
    assign(miner, 'effaced address Http11NioProtocol db0001 a1b2 caFE0123 node12 7d9f8c E1234567 v2024beta12345');
    expect(texts(miner)).toEqual([
      '[req-<*>] <*> <*>: i-<*> job_<*> @<*>',
      'effaced address Http11NioProtocol db0001 a1b2 caFE0123 node12 7d9f8c <*> v2024beta12345',
    ]);
  });

  it('makes one template of the lines of one kind, whatever ids come first in them', () => {
    const miner = new TemplateMiner();
    const ids = Array.from({ length: 3000 }, (_, i) => ((Math.imul(i + 1, 0x9e3779b1) ^ (i << 7)) >>> 0).toString(16).padStart(8, '0'));
    for (const id of ids) {
      assign(miner, `[req-${id}] validation ok`);
      assign(miner, `${id.toUpperCase()}F1: removed`);
    }
    expect(texts(miner)).toEqual(['[req-<*>] validation ok', '<*>: removed']);
  });

  it('generalises a template, keeping its id and its count', () => {
    const miner = new TemplateMiner();
    const first = assign(miner, 'user alice logged in from home');
    expect(assign(miner, 'user bob logged in from home')).toBe(first);
    expect(miner.held()).toMatchObject([{ id: first, text: 'user <*> logged in from home', count: 2 }]);
  });

  it('gives whole tokens as parameters where the template generalised and masked parts elsewhere', () => {
    const miner = new TemplateMiner();
    assign(miner, 'user alice logged in from 1.2.3.4 (port 22)');
    expect(parameters(miner, ' user  bob1 logged in from 1.2.3.5 (port 23) ')).toEqual(['bob1', '1.2.3.5', '23']);
  });

  it('gives with its shape cache what it gives without', () => {
    fc.assert(
      fc.property(
        lines,
        fc.integer({ min: 3, max: 6 }),
        fc.constantFrom(3, 4, 1000),
        fc.constantFrom(2, 3, 1000),
        (input, depth, maxChildren, maxTemplates) => {
          const options = { depth, maxChildren, maxTemplates } satisfies Partial<MinerOptions>;
          const cached = new TemplateMiner(options);
          const plain = new TemplateMiner({ ...options, cache: false });
          const twice = [...input, ...input, ...input];
          const read = (miner: TemplateMiner, line: string): unknown => [assign(miner, line), parameters(miner, line)];
          expect(twice.map((line) => read(cached, line))).toEqual(twice.map((line) => read(plain, line)));
          expect(texts(cached)).toEqual(texts(plain));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('makes every line fit the template it got', () => {
    fc.assert(
      fc.property(lines, (input) => {
        const miner = new TemplateMiner();
        for (const line of input) {
          const id = assign(miner, line);
          const before = miner.held().find((template) => template.id === id)?.text ?? '';
          expect(before.split(' ').length).toBe(Math.max(1, line.trim().split(/\s+/).length));
          expect(parameters(miner, line).length).toBe(before.split('<*>').length - 1);
        }
      }),
    );
  });

  it('forgets the template unused longest beyond its bound', () => {
    const miner = new TemplateMiner({ maxTemplates: 2 });
    const first = assign(miner, 'alpha beta');
    assign(miner, 'gamma delta epsilon');
    assign(miner, 'alpha beta');
    assign(miner, 'zeta eta theta iota');
    expect(texts(miner)).toEqual(['alpha beta', 'zeta eta theta iota']);
    expect(miner.evicted).toBe(1);
    expect(assign(miner, 'alpha beta')).toBe(first);
  });

  it('stays within its bound under noise of distinct templates', () => {
    const miner = new TemplateMiner({ maxTemplates: 1000, maxTemplateBytes: 1 << 20 });
    const noise = (from: number, to: number): void => {
      for (let i = from; i < to; i++) {
        if (i % 1000 === 0) miner.beginBatch();
        const word = (n: number): string => `w${(Math.imul(n, 2654435761) >>> 0).toString(36).replace(/\d/g, 'z')}`;
        assign(miner, `${word(i)} ${word(i * 7 + 1)} ${word(i * 13 + 5)} ${i % 9 === 0 ? 'x y' : 'z'}`);
      }
    };
    noise(0, 10_000);
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    noise(10_000, 60_000);
    globalThis.gc?.();
    expect(miner.held().length).toBeLessThanOrEqual(1000);
    expect(miner.templates.length).toBeLessThanOrEqual(3000);
    expect(miner.evicted).toBeGreaterThan(30_000);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(64 << 20);
  });

  it('only matches when told so', () => {
    const miner = new TemplateMiner({ matchOnly: true });
    expect(assign(miner, 'anything at all')).toBeUndefined();
    expect(miner.templates).toEqual([]);
  });

  it('takes masks given as patterns before its own', () => {
    const miner = new TemplateMiner({ masks: [compileMask('req-[0-9a-f]{4,}')] });
    assign(miner, 'start req-38101a0b done');
    expect(texts(miner)).toEqual(['start <*> done']);
  });
});

/** Most similar template by comparing the line with every one, as Drain's paper has it. */
function mostSimilar(
  leaf: Node,
  line: ShapeScanner,
  templates: readonly MinedTemplate[],
  similarity: number,
  countMasked: boolean,
): number {
  let best = -1;
  let bestEqual = -1;
  let bestWild = -1;
  for (const code of leaf.templates) {
    const { hash1, hash2, constants, wildcards } = templates[code] as MinedTemplate;
    const same = Array.from(hash1, (one, i) => one === line.token1[i] && hash2[i] === line.token2[i]);
    if (same.every(Boolean)) return code;
    const isConstant = new Set(constants);
    const equal = same.filter((one, i) => (isConstant.has(i) ? one : countMasked && line.wild[i] === 1)).length;
    if (equal < bestEqual || (equal === bestEqual && wildcards <= bestWild)) continue;
    best = code;
    bestEqual = equal;
    bestWild = wildcards;
  }
  return bestEqual >= similarity * line.count ? best : -1;
}

const KEY = { seed1: 1, seed2: 2, factor1: 0x1000193, factor2: 0x1000195 };

describe('LeafSearch', () => {
  it('finds what comparing with every template finds', () => {
    const word = fc.constantFrom('a', 'b', 'c', 'd', 'e', '5', '(5)', '5:', 'x5');
    const lines = fc.integer({ min: 0, max: 6 }).chain((length) => fc.array(fc.array(word, { minLength: length, maxLength: length })));
    const wildHash = tokenHash(WILD_TEXT, KEY);
    fc.assert(
      fc.property(lines, fc.constantFrom(0, 0.3, 0.4, 0.5, 1), fc.boolean(), fc.array(fc.nat()), (input, similarity, countMasked, gone) => {
        const search = new LeafSearch(similarity, countMasked, 8);
        const leaf: Node = { parent: undefined, key: WILD, children: new Map(), templates: [], version: 0, place: undefined };
        const templates: MinedTemplate[] = [];
        const line = new ShapeScanner(KEY, 8);
        for (const [i, words] of input.entries()) {
          const bytes = Buffer.from(words.join(' '));
          line.scan(bytes, 0, bytes.length);
          const code = search.find(leaf, line, line.locate(bytes), templates);
          expect(code).toBe(mostSimilar(leaf, line, templates, similarity, countMasked));
          const known = templates[code];
          if (known === undefined) {
            const hashes = { hash1: line.token1.slice(0, line.count), hash2: line.token2.slice(0, line.count) };
            const made = new MinedTemplate(String(i), leaf, hashes, line.wild, tokensText(bytes, line), []);
            made.order = i;
            leaf.templates.push(templates.push(made) - 1);
            search.add(made, templates.length - 1);
          } else {
            const { hash1, hash2, wild } = known;
            const differs = [...hash1].some((one, at) => (one !== line.token1[at] || hash2[at] !== line.token2[at]) && !wild.includes(at));
            expect(search.exact).toBe(!differs);
            if (!differs) continue;
            search.remove(known, code);
            known.generalise(line.token1, line.token2, wildHash);
            search.add(known, code);
          }
          const forgotten = gone[i] === undefined ? undefined : leaf.templates[gone[i] % 7];
          if (forgotten === undefined) continue;
          search.remove(templates[forgotten] as MinedTemplate, forgotten);
          leaf.templates.splice(leaf.templates.indexOf(forgotten), 1);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe('compileMask', () => {
  it.each(['', '(a|b)', 'a*', '[abc', 'a{', '\\b'])('refuses %j', (pattern) => {
    expect(() => compileMask(pattern)).toThrow(/mask/);
  });

  it('is linear on what makes backtracking patterns explode', () => {
    const mask = compileMask('a*a*a*a*a*a*a*a*b');
    const bytes = Buffer.from('a'.repeat(100_000));
    expect(mask(bytes, 0, bytes.length)).toBe(-1);
  });
});
