import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readParquet } from '../../store/index.ts';
import { type ParseOptions, parse } from './parse.ts';

describe('parse of tables', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vedette-parse-'));
    const kdd = `13,tcp,telnet,SF,118,2425${',0'.repeat(35)},guess_passwd,2`;
    await writeFile(join(folder, 'KDD.txt'), `${kdd}\n${kdd.replace('SF', 'S0')}\nbroken\n`);
    await writeFile(join(folder, 'argus.csv'), 'StartTime,SrcAddr,DstAddr,Proto,TotPkts\n2018/05/10 10:52:47.283479,10.0.0.1,::1,tcp,7\n');
    await writeFile(join(folder, 'plain.csv'), 'a,b\n1,"x, ""y"""\n');
    await writeFile(join(folder, 'untimed.tsv'), `conn_in\tout\n${'1\t2.5\n'.repeat(29)}1\tnan\n`);
    await writeFile(join(folder, 'timed.csv'), 'timestamp,cpu\n2020-01-01T00:00:00Z,1\n2020-01-01T00:01:00Z,\n');
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function parsed(names: readonly string[], options: Partial<ParseOptions> = {}) {
    const said: string[] = [];
    const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((text) => said.push(String(text)) > 0);
    const out = await mkdtemp(join(folder, 'out-'));
    try {
      const given = { out, format: 'csv', flows: 'extended', timezone: 'UTC', output: 'human', ...options } as ParseOptions;
      await parse(
        names.map((name) => join(folder, name)),
        given,
      );
    } finally {
      stdout.mockRestore();
    }
    const text = (name: string) => readFile(join(out, name), 'utf8').then((content) => content.trimEnd().split('\n'));
    return { out, text, said: said.join(''), files: (await readdir(out)).sort() };
  }

  it('gives flows of any writer the columns of every flow, with a header or without', async () => {
    const { text, files, said } = await parsed(['KDD.txt', 'argus.csv']);
    expect(files).toEqual(['KDD.txt_flows.csv', 'argus.csv_flows.csv']);
    expect(said).toContain('KDD.txt (flow-csv): 2 flows, 1 record set aside');
    const [header, ...rows] = await text('KDD.txt_flows.csv');
    expect(header).toMatch(/^time,sourceAddress,sourcePort,destinationAddress,destinationPort,protocol,durationMicros,/);
    expect(rows).toEqual([',,,,,6,13000000,118,2425,,,SF,', ',,,,,6,13000000,118,2425,,,S0,']);
    expect((await text('argus.csv_flows.csv'))[1]).toMatch(/^2018-05-10T10:52:47.283479Z,10\.0\.0\.1,,::1,,6,/);
  });

  it('gives readings one column a channel, and no time where the table has none', async () => {
    const { text, files } = await parsed(['untimed.tsv', 'timed.csv'], { format: 'json' });
    expect(files).toEqual(['timed.csv_readings.json', 'untimed.tsv_readings.json']);
    expect((await text('untimed.tsv_readings.json')).at(-1)).toBe('{"time":null,"conn_in":1,"out":null}');
    expect((await text('timed.csv_readings.json')).at(-1)).toBe('{"time":"2020-01-01T00:01:00Z","cpu":null}');
  });

  it('gives logs of sensors a table for each kind of event, and templates where a log format is given', async () => {
    const eve = (type: string, more: object) =>
      JSON.stringify({
        timestamp: '2026-01-02T00:00:01.5+0000',
        flow_id: 7,
        event_type: type,
        src_ip: '10.0.0.1',
        src_port: 4000,
        dest_ip: '192.0.2.1',
        dest_port: 53,
        proto: 'UDP',
        ...more,
      });
    const lines = [
      eve('dns', { dns: { type: 'query', rrname: 'a "quoted", name', rrtype: 'A', id: 1 } }),
      eve('alert', { alert: { signature_id: 5, signature: 'x', severity: 2 } }),
      eve('flow', { flow: { pkts_toserver: 1, pkts_toclient: 1, bytes_toserver: 60, bytes_toclient: 90 } }),
      eve('dns', { dns: { type: 'query', rrname: 'b.example', rrtype: 'A', id: 2 } }),
      'broken',
    ];
    await writeFile(join(folder, 'eve.json'), `${lines.join('\n')}\n`);
    const conn =
      '#separator \\x09\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\n#types\ttime\tstring\taddr\tport\taddr\tport\tenum\n';
    await writeFile(
      join(folder, 'conn.log'),
      `#separator \\x09\n#path\tconn\n${conn.split('\n').slice(1).join('\n')}1700000000.5\tC1\t10.0.0.1\t1\t::1\t2\ttcp\n`,
    );
    const { text, files, said } = await parsed(['eve.json', 'conn.log']);
    expect(files).toEqual(['conn.log_flow.csv', 'eve.json_dns.csv', 'eve.json_flow.csv', 'eve.json_signature.csv']);
    expect(said).toContain('eve.json (suricata-eve): 4 events, 1 record set aside');
    const [header, ...rows] = await text('eve.json_dns.csv');
    expect(header).toMatch(/^time,/);
    expect(rows).toHaveLength(2);
    expect(rows[0]).toContain('"a ""quoted"", name"');
    expect((await text('conn.log_flow.csv'))[1]).toMatch(/^2023-11-14T22:13:20.500Z,10\.0\.0\.1,1,::1,2,6,/);
    const { out } = await parsed(['eve.json'], { format: 'parquet' });
    let names: unknown[] = [];
    for await (const chunk of readParquet(join(out, 'eve.json_dns.parquet'))) names = [...names, ...(chunk.query ?? [])];
    expect(names).toEqual(['a "quoted", name', 'b.example']);
    expect((await parsed(['eve.json'], { logFormat: 'plain' })).files).toEqual(['eve.json_structured.csv', 'eve.json_templates.csv']);
  });

  it('writes Parquet, and takes a table for a log where a log format is given', async () => {
    const { out, files } = await parsed(['KDD.txt'], { format: 'parquet' });
    expect(files).toEqual(['KDD.txt_flows.parquet']);
    let rows = 0;
    for await (const chunk of readParquet(join(out, 'KDD.txt_flows.parquet'))) rows += chunk.durationMicros?.length ?? 0;
    expect(rows).toBe(2);
    expect((await parsed(['KDD.txt'], { logFormat: 'plain' })).files).toEqual(['KDD.txt_structured.csv', 'KDD.txt_templates.csv']);
    expect((await parsed(['plain.csv'])).files).toEqual(['plain.csv_structured.csv', 'plain.csv_templates.csv']);
  });
});
