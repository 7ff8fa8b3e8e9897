import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRules, SigmaEngine } from './index.ts';
import { linearRegex } from './regex/index.ts';
import { partsOf, wildcard } from './wildcard.ts';

const SOURCE = { product: 'test' };

function rule(detection: string, extra = ''): string {
  return `title: t\nlogsource: {product: test}\n${extra}detection:\n${detection
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')}\n`;
}

function hits(detection: string, event: Record<string, unknown>): boolean {
  const parsed = parseRules(rule(detection), 'test.yml', { admins: ['root', 'wheel'] });
  expect(parsed.problems).toEqual([]);
  return new SigmaEngine(parsed).match(event, 0, SOURCE).rules.length > 0;
}

/** A rule with one field. */
function field(key: string, value: string, event: Record<string, unknown>): boolean {
  return hits(`s:\n  ${key}: ${value}\ncondition: s`, event);
}

function reason(text: string): string | undefined {
  return parseRules(text, 'test.yml').problems[0]?.reason;
}

describe('values', () => {
  it.each([
    ['f', "'AbC'", { f: 'aBc' }, true],
    ['f', "'a*c'", { f: 'abbc' }, true],
    ['f', "'a?c'", { f: 'abbc' }, false],
    ['f', String.raw`'a\*c'`, { f: 'a*c' }, true],
    ['f', String.raw`'a\*c'`, { f: 'abc' }, false],
    ['f', String.raw`'\\server\x'`, { f: String.raw`\server\x` }, true],
    ['f|contains', "'b'", { f: 'abc' }, true],
    ['f|startswith', "'b'", { f: 'abc' }, false],
    ['f|endswith', String.raw`'\cmd.exe'`, { f: String.raw`C:\Windows\CMD.exe` }, true],
    ['f|contains|all', '[a, c]', { f: 'abc' }, true],
    ['f|contains|all', '[a, d]', { f: 'abc' }, false],
    ['f', '[1, 2]', { f: '2' }, true],
    ['f', 'null', { g: 1 }, true],
    ['f', 'null', { f: 1 }, false],
    ['f', "''", { f: '' }, true],
    ['f|cased', 'Abc', { f: 'abc' }, false],
    ['f|exists', 'true', { f: '' }, true],
    ['f|exists', 'false', { f: '' }, false],
    ['f|fieldref', 'g', { f: 'x', g: 'X' }, true],
    ['f|fieldref', 'g', { f: 'x', g: 'y' }, false],
    ['f|fieldref|endswith', 'g', { f: 'xyz', g: 'yz' }, true],
    ['f|lt', '5', { f: '4' }, true],
    ['f|gte', '5', { f: 5 }, true],
    ['f|gt', '5', { f: 'x' }, false],
    ['f|neq', 'a', { f: 'b' }, true],
    ['f|neq', 'a', { f: 'A' }, false],
    ['f|re', String.raw`'^\d{2,3}(ab|c)+$'`, { f: '12abc' }, true],
    ['f|re', 'ABC', { f: 'abc' }, false],
    ['f|re|i', 'ABC', { f: 'xabcx' }, true],
    ['f|cidr', '10.1.0.0/16', { f: '10.1.200.3' }, true],
    ['f|cidr', '10.1.0.0/16', { f: '10.2.0.3' }, false],
    ['f|cidr', "'fe80::/10'", { f: 'fe80::1' }, true],
    ['f|cidr', '10.0.0.0/9', { f: '::ffff:10.127.0.1' }, true],
    ['f|windash|contains', "' -foo'", { f: 'x /foo' }, true],
    ['f|windash|contains', "' -foo'", { f: 'x \u2013foo' }, true],
    ['f|windash|contains', "' -foo'", { f: 'x foo' }, false],
    ['f|expand', "'%admins%'", { f: 'wheel' }, true],
    ['f|hour', '13', { f: '2024-05-06T13:02:03Z' }, true],
    ['f|week', '1', { f: '2025-01-01T00:00:00Z' }, true],
    ['f|year|gte', '2025', { f: '2024-05-06T13:02:03Z' }, false],
  ] as const)('%s: %s', (key, value, event, expected) => {
    expect(field(key, value, event)).toBe(expected);
  });

  it('finds base64 in any of the three positions, in UTF-16 too', () => {
    for (const prefix of ['', 'x', 'xy', 'xyz']) {
      const ascii = Buffer.from(`${prefix}secret word${prefix}`).toString('base64');
      expect(field('f|base64offset|contains', "'secret word'", { f: `powershell ${ascii}` })).toBe(true);
      const wide = Buffer.from(`${prefix}secret word${prefix}`, 'utf16le').toString('base64');
      expect(field('f|wide|base64offset|contains', "'secret word'", { f: wide })).toBe(true);
      expect(field('f|utf16le|base64offset|contains', "'other word'", { f: wide })).toBe(false);
    }
    expect(field('f|base64', 'foo', { f: 'Zm9v' })).toBe(true);
  });
});

describe('conditions', () => {
  const searches = 'a1: {x: 1}\na2: {y: 1}\nb: {z: 1}\n';
  it.each([
    ['1 of a*', { y: 1 }, true],
    ['all of a*', { y: 1 }, false],
    ['all of a* and not b', { x: 1, y: 1 }, true],
    ['2 of them', { x: 1, z: 1 }, true],
    ['all of them', { x: 1, z: 1 }, false],
    ['not (a1 or a2) and b', { z: 1 }, true],
    ['a1 or a2 and b', { x: 1 }, true],
    ['not not a1', { x: 1 }, true],
  ] as const)('%s', (condition, event, expected) => {
    expect(hits(`${searches}condition: ${condition}`, event)).toBe(expected);
  });

  it('searches keywords everywhere', () => {
    expect(hits("k: ['needle one', 'other']\ncondition: k", { a: { b: 'a Needle One b' } })).toBe(true);
    expect(hits("k:\n  '|all': [needle, hay]\ncondition: k", { a: 'needle', b: 'hay' })).toBe(true);
    expect(hits("k: ['nee*one']\ncondition: k", { a: 'x needle one' })).toBe(true);
  });

  it.each([
    ['s: {a: 1}\ncondition: s | count() > 3', 'deprecated'],
    ['s: {a: 1}\ncondition: t', 'no search'],
    ['s: {a: 1}\ncondition: (s', 'not closed'],
    ['s: {a: 1}\ncondition: s and', 'ends too early'],
    ['s: {a|magic: 1}\ncondition: s', 'unknown modifier magic'],
    ["s: {a|re: '(a'}\ncondition: s", 'not closed'],
    ["s: {a|re: '(?<!a)b'}\ncondition: s", 'linear time'],
    ["s: {a|re: '(a)\\1'}\ncondition: s", 'linear time'],
    ["s: {a|re: '((a{1000}){1000}){1000}'}\ncondition: s", 'too large'],
    ["s: {a|expand: '%unknown%'}\ncondition: s", 'placeholder'],
    ['s: {a|cidr: 10.0.0/33}\ncondition: s', 'no network'],
    ['s: {a: 1}\ntimeframe: 5m\ncondition: s', 'timeframe'],
  ])('names why %s does not load', (detection, why) => {
    expect(reason(rule(detection))).toContain(why);
  });
});

describe('hostile rules and events', () => {
  it('refuses files that explode', () => {
    expect(reason(`title: &a [x]\nb: [*a, *a]`)).toBeDefined();
    expect(reason('['.repeat(100_000))).toContain('nested');
    expect(reason('- '.repeat(100_000))).toContain('nested');
    expect(reason('x'.repeat(600_000))).toContain('larger');
  });

  it('finds in linear time what makes others backtrack', () => {
    const text = `${'a'.repeat(30_000)}!`;
    const begin = performance.now();
    expect(linearRegex('^(a+)+$')(text)).toBe(false);
    expect(linearRegex('(a|aa)+$')(text)).toBe(false);
    expect(wildcard(partsOf('*a*a*a*a*a*a*b'))(text)).toBe(false);
    expect(performance.now() - begin).toBeLessThan(5000);
  });

  it('survives any event', () => {
    const engine = new SigmaEngine(parseRules(rule('s:\n  f|contains: abcd\n  __proto__: x\ncondition: s'), 'x'));
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 6 })), (event) => {
        engine.match(event, 0, SOURCE);
        engine.match({ ...event, Channel: event.a, EventID: event.b }, 0);
      }),
    );
    let deep: unknown = 'x';
    for (let i = 0; i < 10_000; i++) deep = { a: deep };
    expect(engine.match({ deep }, 0, SOURCE).rules).toEqual([]);
  });

  it('agrees with the engine of the language on regular expressions both understand', () => {
    const atom = fc.constantFrom(
      'a',
      'b',
      '.',
      '[ab]',
      '[^a]',
      String.raw`\d`,
      String.raw`\w`,
      String.raw`\b`,
      '^',
      '$',
      '(a|b)',
      '(?:ab|c)',
    );
    const piece = fc
      .tuple(atom, fc.constantFrom('', '*', '+', '?', '{2}', '{1,3}', '{2,}'))
      .map(([one, times]) => (['^', '$', '\\b'].includes(one) ? one : one + times));
    const source = fc.array(piece, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(''));
    const text = fc.array(fc.constantFrom('a', 'b', 'c', '1', ' ', 'A', '\n'), { maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(source, text, fc.boolean(), (pattern, subject, ignoreCase) => {
        expect(linearRegex(pattern, { ignoreCase })(subject)).toBe(new RegExp(pattern, ignoreCase ? 'i' : '').test(subject));
      }),
      { numRuns: 1000 },
    );
  });

  it('finds with the prefilter all that it finds without', () => {
    const word = fc.constantFrom('alpha', 'beta12', 'GAMMA', 'del?a', 'ep*on', 'Ωmega-long', 'xy');
    fc.assert(
      fc.property(word, word, fc.constantFrom('contains', 'startswith', 'endswith'), fc.string(), (first, second, modifier, noise) => {
        const plain = first.replace('?', 't').replace('*', 'sil');
        const value = modifier === 'startswith' ? plain + noise : modifier === 'endswith' ? noise + plain : noise + plain + noise;
        expect(hits(`s:\n  f|${modifier}: ['${first}', '${second}']\ncondition: s`, { f: value })).toBe(true);
      }),
    );
  });
});

describe('correlations', () => {
  const base = `title: base\nname: failed\nlogsource: {product: test}\ndetection:\n  s: {event: fail}\n  condition: s\n`;
  const other = `title: other\nname: success\nlogsource: {product: test}\ndetection:\n  s: {event: ok}\n  condition: s\n`;
  const engineOf = (correlation: string): SigmaEngine => {
    const parsed = parseRules(`${base}---\n${other}---\ntitle: joined\ncorrelation:\n${correlation}`, 'x');
    expect(parsed.problems).toEqual([]);
    return new SigmaEngine(parsed);
  };
  const SECOND = 1_000_000;

  it('counts events by group within the timespan', () => {
    const engine = engineOf('  type: event_count\n  rules: [failed]\n  group-by: [user]\n  timespan: 1m\n  condition: {gte: 3}\n');
    const fail = (user: string, second: number) => engine.match({ event: 'fail', user }, second * SECOND, SOURCE);
    expect(fail('a', 0).correlations).toEqual([]);
    expect(fail('b', 1).correlations).toEqual([]);
    expect(fail('a', 2).correlations).toEqual([]);
    expect(fail('a', 61).correlations).toEqual([]);
    const [found] = fail('a', 61.5).correlations;
    expect(found).toMatchObject({ group: ['a'], count: 3, start: 2 * SECOND, end: 61.5 * SECOND });
    expect(fail('a', 62)).toMatchObject({ rules: [], correlations: [] });
  });

  it('counts distinct values', () => {
    const engine = engineOf('  type: value_count\n  rules: failed\n  group-by: host\n  timespan: 1h\n  condition: {field: user, gt: 1}\n');
    const fail = (user: string) => engine.match({ event: 'fail', user, host: 'h' }, 0, SOURCE).correlations.length;
    expect([fail('a'), fail('A'), fail('b')]).toEqual([0, 0, 1]);
  });

  it('joins rules in time, in any order or in theirs', () => {
    const text = (type: string) => `  type: ${type}\n  rules: [failed, success]\n  group-by: [user]\n  timespan: 1m\n  generate: true\n`;
    const runs = (type: string, events: readonly string[]) => {
      const engine = engineOf(text(type));
      return events.flatMap((event, i) => engine.match({ event, user: 'a' }, i * SECOND, SOURCE).correlations).length;
    };
    expect(runs('temporal', ['ok', 'fail'])).toBe(1);
    expect(runs('temporal_ordered', ['ok', 'fail'])).toBe(0);
    expect(runs('temporal_ordered', ['ok', 'fail', 'ok'])).toBe(1);
  });

  it('names rules it does not find and types it does not know', () => {
    expect(engineOf('  type: event_count\n  rules: [absent]\n  timespan: 1m\n  condition: {gte: 3}\n').problems[0]?.reason).toContain(
      'absent',
    );
    expect(reason('title: x\ncorrelation: {type: value_sum, rules: a, timespan: 1m}')).toContain('type');
  });
});
