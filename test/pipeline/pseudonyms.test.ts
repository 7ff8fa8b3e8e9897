import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkConfig } from '../../src/config/index.ts';
import { canonicalJson } from '../../src/core/index.ts';
import { type Pipeline, pipelineSchema, replayAlert, startPipeline } from '../../src/pipeline/index.ts';
import { openHome } from '../../src/store/index.ts';
import { freePort } from '../../src/testing/net.ts';
import { generatedLog } from './generated-log.ts';

const root = mkdtempSync(join(tmpdir(), 'vedette-pseudonyms-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const PEOPLE = ['wilhelmina', 'quentin', 'zebulon'];
const ADDRESSES = ['203.0.113.77', '198.51.100.201', '2001:4860:4860::8844'];
const CLEAR = [...PEOPLE, ...ADDRESSES, 'mailhost-9', 'KD-5512', 'oberon', 'Mustermann', 'MUSTERMANN', 'rgen', 'RGEN'];

const WRITTEN = ['Erika Mustermann', 'ERIKA MUSTERMANN', 'mustermann, erika', '"J\\u00fcrgen"', 'JÜRGEN'];

/** Sessions as generated, every line with a person, an address, a mail address and a customer; some fit no format. */
function personalLines(): string[] {
  const { lines } = generatedLog(900, 3);
  return lines.flatMap((line, index) => {
    const [person, address] = [PEOPLE[index % 3], ADDRESSES[(index >> 2) % 3]];
    const told = `${line} user=${person} from ${address} mail ${person}@mailhost-9.example customer KD-5512 signed Oberon and ${WRITTEN[index % WRITTEN.length]}`;
    return index % 500 === 7 ? [told, `no time at all: user ${person} at ${address}, customer KD-5512, Oberon`] : [told];
  });
}

/** Everything below a folder. */
function bytesBelow(folder: string): Buffer[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => Buffer.concat([Buffer.from(`${parentPath}/${name}\n`), readFileSync(join(parentPath, name))]));
}

function clearValuesIn(folder: string): string[] {
  const all = bytesBelow(folder);
  return CLEAR.filter((value) =>
    all.some((bytes) => bytes.includes(value) || bytes.includes(Buffer.from(value).toString('base64').slice(0, -4))),
  );
}

async function processed(pipeline: Pipeline, records: number): Promise<void> {
  for (;;) {
    const { tenants } = await pipeline.status();
    if (tenants[0]?.state === 'failed') throw new Error(tenants[0].lastError);
    if ((tenants[0]?.sources[0]?.counters.records ?? 0) >= records) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const NAMES = join(root, 'names.txt');
writeFileSync(NAMES, 'Oberon\nErika Mustermann\nJürgen\n');

const common = {
  name: 'app',
  parser: { format: 'timestamped', joinLines: false },
  features: { session: { by: 'req-', idle: '10s', lateness: '1s' } },
  learning: { sessions: 300 },
};
const tenant = {
  promisedRate: 0.01,
  retention: { maxAge: '9999d', alertAge: '9999d' },
  pseudonymise: {
    key: 'a key that nobody knows',
    namesFile: NAMES,
    values: [{ name: 'customer', after: 'customer ', value: '[A-Z]+-\\d+' }],
  },
};

describe('pseudonyms of a running pipeline', () => {
  it('no clear value is in any byte of the home: segment log, dead letters, templates, events, alerts', async () => {
    const lines = personalLines();
    const port = await freePort();
    const home = await openHome(join(root, 'http'));
    // Nothing is committed before the end, so that the segment log is whole.
    const config = { epochs: { every: '1h', bytes: '1GiB' }, tenants: { t: { ...tenant, sources: [{ type: 'http', port, ...common }] } } };
    const pipeline = await startPipeline(checkConfig(config, await pipelineSchema()), { home, program: 'vedette test' });
    for (let at = 0; at < lines.length; at += 500) await post(port, lines.slice(at, at + 500));
    await processed(pipeline, lines.length);
    const segments = bytesBelow(join(root, 'http')).filter((bytes) => bytes.includes('user_'));
    expect(segments.length, 'the segment log holds the records').toBeGreaterThan(0);
    expect(clearValuesIn(join(root, 'http'))).toEqual([]);
    await pipeline.finish();
    await pipeline.stop();
    expect(clearValuesIn(join(root, 'http'))).toEqual([]);

    const store = await home.tenant('t');
    const { items: events } = await store.events.query({ limit: 5000 });
    const { items: alerts } = await store.alerts.list({ limit: 500 });
    const { items: dead } = await store.deadLetters.list({ limit: 100 });
    await home.close();
    expect(dead.length).toBe(lines.length - generatedLog(900, 3).lines.length);
    expect(alerts.length).toBeGreaterThan(0);
    const told = [...events, ...alerts, ...dead.map(({ bytes }) => Buffer.from(bytes).toString())]
      .map((one) => JSON.stringify(one))
      .join('\n');
    for (const value of CLEAR) expect(told).not.toContain(value);
    // Equal people are equal, and what stands for them says what it is.
    expect(new Set(told.match(/user=(user_[0-9a-f]{12})/g)).size).toBe(PEOPLE.length);
    expect(events[0]?.message).toMatch(
      / mail user_[0-9a-f]{12}@host_[0-9a-f]{12}\.invalid customer customer_[0-9a-f]{12} signed user_[0-9a-f]{12}/,
    );
  });

  it('of a file alerts are found where its lines are, and found again', async () => {
    const lines = personalLines();
    const path = join(root, 'app.log');
    writeFileSync(path, `${lines.join('\n')}\n`);
    const home = await openHome(join(root, 'file'));
    const loaded = checkConfig(
      { tenants: { t: { ...tenant, sources: [{ type: 'file', path, pollMs: 20, ...common }] } } },
      await pipelineSchema(),
    );
    const pipeline = await startPipeline(loaded, { home, program: 'vedette test' });
    await processed(pipeline, lines.length);
    await pipeline.finish();
    await pipeline.stop();
    const store = await home.tenant('t');
    const { items: alerts } = await store.alerts.list({ limit: 500 });
    const [alert] = alerts;
    const file = readFileSync(path);
    const evidence = alert?.detection.evidence ?? [];
    expect(evidence.length).toBeGreaterThan(0);
    for (const { offset, length, line } of evidence) expect(file.subarray(offset, offset + length).toString()).toBe(`${lines[line - 1]}\n`);
    const again = await replayAlert({ home, tenant: 't', alertId: alert?.id ?? '', loaded, program: 'vedette test' });
    expect(canonicalJson(again)).toBe(canonicalJson(alert?.detection));
    await home.close();
    expect(clearValuesIn(join(root, 'file'))).toEqual([]);
  });
});

async function post(port: number, lines: readonly string[]): Promise<void> {
  for (;;) {
    const body = `${lines.join('\n')}\n`;
    const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers: { 'content-type': 'text/plain' }, body }).catch(
      () => undefined,
    );
    if (answer?.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
