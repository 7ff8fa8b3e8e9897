import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { textAt } from '../../core/index.ts';
import { listInputs } from '../../sources/index.ts';
import { ObservedInputs, type ObservedInputsOptions, type ObservedLogs } from './observed-inputs.ts';
import { ObserverThread } from './observer-thread.ts';

const folder = mkdtempSync(join(tmpdir(), 'vedette-observing-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Sessions of five users from four addresses; at the end failed logins of a further user from a further address. */
function lines(count: number, attack: boolean): string {
  const usual = Array.from({ length: count }, (_, i) => {
    const at = `2026-03-01T10:${String(Math.floor(i / 60) % 60).padStart(2, '0')}:${String(i % 60).padStart(2, '0')}Z`;
    return `${at} gate sshd[${200 + (i % 40)}]: Accepted password for user u${i % 5} from 10.0.0.${i % 4} port ${30_000 + (i % 7000)} ssh2`;
  });
  const failed = Array.from(
    { length: 30 },
    (_, i) =>
      `2026-03-01T11:30:${String(i).padStart(2, '0')}Z gate sshd[9]: Failed password for invalid user admin from 203.0.113.7 port 4${i} ssh2`,
  );
  return `${[...usual, ...(attack ? failed : [])].join('\n')}\n`;
}

async function all(logs: ObservedLogs): Promise<unknown> {
  const seen: unknown[] = [];
  for (const input of (await listInputs([folder])).filter(({ name }) => name !== 'usual.log')) {
    const parsing = logs.parse(input);
    for (let next = await parsing.next(); next.done !== true; next = await parsing.next()) {
      const { batch, templates } = next.value;
      for (let row = 0; row < batch.rows; row += 100)
        seen.push([textAt(batch.message, row), templates[batch.template[row] as number]?.text]);
    }
  }
  const findings = await logs.findings();
  await logs.close();
  return { seen, findings };
}

it('a thread of its own finds line by line what is found here, with and without a baseline', async () => {
  writeFileSync(join(folder, 'usual.log'), lines(3000, false));
  writeFileSync(join(folder, 'a.log'), lines(2000, true));
  writeFileSync(join(folder, 'b.log'), lines(1000, false));
  const inputs = await listInputs([folder]);
  const labels = { novelty: [], rate: [], numbers: [], sigma: [] };
  const settings = { source: 'auth', promise: 0.001, seed: 1, signatures: { own: true }, labels };
  for (const baseline of [[], inputs.filter(({ name }) => name === 'usual.log')]) {
    const options: ObservedInputsOptions = { settings, parsing: { root: folder }, bytes: 1, baseline };
    const here = await all(await ObservedInputs.open(options));
    expect(here).toMatchObject({ findings: { streams: [{ name: 'novelty' }, { name: 'rate' }] } });
    expect(JSON.stringify(here)).toContain('203.0.113.7');
    expect(await all(new ObserverThread(options))).toEqual(here);
  }
});

it('says why an input cannot be read', async () => {
  const labels = {
    novelty: [{ alertId: 'a', verdict: 'benign', entity: 'x', row: Uint8Array.of(1) }],
    rate: [],
    numbers: [],
    sigma: [],
  } as const;
  const settings = { source: 'auth', promise: 0.001, seed: 1, signatures: { own: false }, labels };
  const thread = new ObserverThread({ settings, parsing: {}, bytes: 1, baseline: [] });
  const gone = { name: 'gone.log', path: join(folder, 'gone.log'), bytes: 1 };
  await expect(thread.parse(gone).next()).rejects.toThrow(/the labelled row of alert a is not an observation/);
  await thread.close();
});
