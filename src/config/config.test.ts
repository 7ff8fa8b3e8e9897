import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { durationMicros } from '../core/index.ts';
import { checkConfig, configSchema, exampleConfig, jsonSchema, parseConfig, secret } from './index.ts';
import { editDistance } from './nearest.ts';
import { ConfigError } from './problem.ts';

const schema = configSchema({
  sources: [
    { name: 'file', summary: 'reads a file', config: z.strictObject({ path: z.string(), every: durationMicros(false).prefault('1s') }) },
    { name: 'udp', summary: 'listens', config: z.strictObject({ host: z.string(), udpPort: z.number(), tcpPort: z.number() }) },
    { name: 'http', summary: 'listens', config: z.strictObject({ listen: z.string(), token: secret().optional() }) },
  ],
  sinks: [{ name: 'webhook', summary: 'posts alerts', config: z.strictObject({ endpoint: z.string() }) }],
  records: ['lines'],
  detectors: [
    { name: 'sequence', summary: 'sequences', config: z.strictObject({ order: z.number().default(8) }) },
    { name: 'rate', summary: 'volumes', config: z.strictObject({}) },
  ],
  parser: z.strictObject({ format: z.string().default('auto') }),
  pseudonyms: z.strictObject({}),
  declared: z.record(z.string(), z.unknown()),
  features: z.strictObject({ key: z.string().default('auto') }),
});

const GOOD = `limits:
  cpuShare: 0.5
tenants:
  acme:
    sources:
      - type: file
        name: auth
        path: /var/log/auth.log
`;

function problems(text: string, options = {}): string[] {
  try {
    parseConfig(text, 'v.yaml', schema, options);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
  throw new Error('the configuration was accepted');
}

describe('configuration', () => {
  it('fills in defaults, durations in microseconds, sizes in bytes', () => {
    const { config } = parseConfig(GOOD, 'v.yaml', schema);
    expect(config.listen).toBe('127.0.0.1:7734');
    expect(config.limits).toMatchObject({ cpuShare: 0.5, memory: 2 ** 30, queueBytes: 2 ** 24 });
    const tenant = config.tenants.acme;
    expect(tenant?.alertBudget).toBe(3);
    expect(tenant?.promisedRate).toBe(0.001);
    expect(tenant?.detectors).toEqual([]);
    expect(tenant?.sources[0]).toMatchObject({ every: 1_000_000, storage: 'everything', eventTime: { idle: 30_000_000 } });
  });

  it('reports every problem with file, line, column, path and the nearest key', () => {
    const text = GOOD.replace('cpuShare: 0.5', 'cpuShar: 0.5').replace('path: /var/log/auth.log', 'path: 7\n        storge: everything');
    expect(problems(text)).toEqual([
      'v.yaml:2:3 limits.cpuShar: unknown key; did you mean "cpuShare"?',
      'v.yaml:8:15 tenants.acme.sources[0].path: must be a string, not 7',
      'v.yaml:9:9 tenants.acme.sources[0].storge: unknown key; did you mean "storage"?',
    ]);
    const port = GOOD.replace('type: file', 'type: udp').replace('path: /var/log/auth.log', 'port: 514');
    expect(problems(port).at(-1)).toBe('v.yaml:8:9 tenants.acme.sources[0].port: unknown key; did you mean "udpPort" or "tcpPort"?');
  });

  it('names the nearest type, missing options and names used twice', () => {
    expect(problems(GOOD.replace('type: file', 'type: fil'))[0]).toMatch(
      /^v\.yaml:6:15 tenants\.acme\.sources\[0\]\.type: "fil" is not one of.*mean "file"\?$/,
    );
    expect(problems(GOOD.replace('        path: /var/log/auth.log\n', ''))[0]).toContain(
      'sources[0].path: is missing; it must be a string',
    );
    const twice = `${GOOD}      - { type: file, name: auth, path: b }\n`;
    expect(problems(twice)[0]).toBe('v.yaml:9:29 tenants.acme.sources[1].name: "auth" is also the name of sources[0]');
  });

  it('refuses duplicate keys, alias bombs and broken YAML with their place', () => {
    expect(problems('listen: a:1\nlisten: b:2\n')[0]).toBe('v.yaml:2:1 this key stands here twice');
    let bomb = 'a0: &a0 [x,x,x,x,x,x,x,x,x]\n';
    for (let i = 1; i < 9; i++)
      bomb += `a${i}: &a${i} [${Array(9)
        .fill(`*a${i - 1}`)
        .join(',')}]\n`;
    expect(problems(bomb)[0]).toContain('alias bomb');
    expect(problems('a: [1\n')[0]).toMatch(/^v\.yaml:\d+:\d+ /);
  });

  it('never pollutes prototypes', () => {
    expect(problems(`${GOOD}__proto__: { polluted: true }\n`)[0]).toContain('__proto__: unknown key');
    expect(problems(GOOD, { set: ['__proto__.polluted=1'] })[0]).toContain('is not key=value');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('takes overrides from the environment and --set, and says which of them is wrong', () => {
    const environment = {
      VEDETTE_LIMITS__CPU_SHARE: '0.25',
      VEDETTE_TENANTS__ACME__ALERT_BUDGET: '7',
      VEDETTE_HOME: '/x',
      VEDETTE_OTHER: 'y',
    };
    const { config } = parseConfig(GOOD, 'v.yaml', schema, {
      environment,
      set: ['limits.cpuShare=0.75', 'tenants.acme.sources.auth.path=/b'],
    });
    expect(config.limits.cpuShare).toBe(0.75);
    expect(config.tenants.acme?.alertBudget).toBe(7);
    expect(config.tenants.acme?.sources[0]?.path).toBe('/b');
    expect(problems(GOOD, { set: ['limits.cpuShare=2'] })[0]).toMatch(/^--set limits\.cpuShare: /);
    expect(problems(GOOD, { environment: { VEDETTE_LIMIT__CPU_SHARE: '1' } })[0]).toMatch(/did you mean limits\?/);
    expect(problems(GOOD, { environment: { VEDETTE_LIMITS__CPU_SHARE: 'x' } })[0]).toMatch(/^VEDETTE_LIMITS__CPU_SHARE limits\.cpuShare: /);
  });

  it('does not quote what is secret where it is wrong', () => {
    for (const token of ['[very-secret]', '{ a: very-secret }', '4711042']) {
      const wrong = () =>
        parseConfig(`tenants: { t: { sources: [{ type: http, name: x, listen: 'a:1', token: ${token} }] } }`, 'f', schema);
      expect(wrong).toThrow(/token: must be a string/);
      expect(wrong).not.toThrow(/very-secret|4711042/);
    }
  });

  it('reads references to variables from the environment and never shows what is secret', () => {
    const reference = (name: string) => `$\{${name}}`;
    const text = `${GOOD}      - { type: http, name: in, listen: 'a:1', token: '${reference('TOKEN')}' }\n`;
    expect(problems(text)[0]).toContain('the environment variable TOKEN is not set');
    const loaded = parseConfig(text, 'v.yaml', schema, { environment: { TOKEN: 'geheim' } });
    expect(loaded.config.tenants.acme?.sources[1]?.token).toBe('geheim');
    expect(JSON.stringify(loaded.shown)).not.toContain('geheim');
    const other = parseConfig(text, 'v.yaml', schema, { environment: { TOKEN: 'anders' } });
    expect(other.hash).toBe(loaded.hash);
  });

  it('hashes what is meant, not how it is written', () => {
    const flow = '{tenants: {acme: {sources: [{path: /var/log/auth.log, name: auth, type: file}]}}, limits: {cpuShare: 0.50}}';
    expect(parseConfig(flow, 'w.yaml', schema).hash).toBe(parseConfig(GOOD, 'v.yaml', schema).hash);
    expect(parseConfig(GOOD, 'v.yaml', schema, { set: ['seed=2'] }).hash).not.toBe(parseConfig(GOOD, 'v.yaml', schema).hash);
  });

  it('prints a commented example that is itself valid and equals the defaults', () => {
    const values = { tenants: { acme: { sources: [{ type: 'file', name: 'auth', path: '/var/log/auth.log' }] } } };
    const text = exampleConfig(jsonSchema(schema), values);
    expect(text).toContain('# expected false alerts a day');
    expect(parseConfig(text, 'example.yaml', schema).hash).toBe(checkConfig(values, schema).hash);
  });

  it('any text is either a configuration or problems, nothing else', () => {
    const yaml = fc.oneof(fc.string(), fc.json(), fc.stringMatching(/^[a-z:&* \n[\]{}-]{0,60}$/));
    fc.assert(
      fc.property(yaml, (text) => {
        try {
          parseConfig(text, 'v.yaml', schema);
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
        }
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('edit distance is a metric', () => {
    const word = fc.stringMatching(/^[a-c]{0,6}$/);
    fc.assert(
      fc.property(word, word, word, (a, b, c) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
        expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c));
      }),
      { seed: 2 },
    );
  });
});
