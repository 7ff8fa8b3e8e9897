import { describe, expect, it } from 'vitest';
import { textAt } from '../../core/index.ts';
import { createLogParser } from '../parser.ts';

function fieldsOf(lines: readonly string[], format?: string) {
  const bytes = new TextEncoder().encode(`${lines.join('\n')}\n`);
  const batch = createLogParser(format === undefined ? {} : { format }).parse(
    { input: 'a', generation: 'g', offset: 0, line: 1, bytes, arrival: 1.8e15, last: true },
    's',
    () => {},
  );
  return lines.map((_, row) => Object.entries(batch.fields ?? {}).map(([name, column]) => `${name}=${textAt(column, row)}`));
}

describe('columns of the header', () => {
  it('of lines with a time: level and thread where lines have them', () => {
    expect(
      fieldsOf([
        '2026-01-05 00:00:00.003 INFO login done',
        '2026-01-05 00:00:01.003 [worker-2] ERROR disk full',
        '2026-01-05 00:00:02.003 no level here',
      ]),
    ).toEqual([
      ['Time=2026-01-05 00:00:00.003', 'Level=INFO', 'Thread='],
      ['Time=2026-01-05 00:00:01.003', 'Level=ERROR', 'Thread=worker-2'],
      ['Time=2026-01-05 00:00:02.003', 'Level=', 'Thread='],
    ]);
  });

  it('of the journal as JSON: text that it wrote as a list of bytes', () => {
    const line = '{"__REALTIME_TIMESTAMP":"1700000400000000","MESSAGE":[104,105,195,188]}\n';
    const bytes = new TextEncoder().encode(line);
    const batch = createLogParser().parse(
      { input: 'a', generation: 'g', offset: 0, line: 1, bytes, arrival: 1.8e15, last: true },
      's',
      () => {},
    );
    expect(textAt(batch.message, 0)).toBe('hiü');
  });

  const RFC5424 = '<165>1 2003-10-11T22:14:15.003Z web1.example evntslog 77 ID47 [ex@32473 iut="3"][a b="c"] An event';
  const EXPECTED = [
    'Time=2003-10-11T22:14:15.003Z',
    'Level=notice',
    'Host=web1.example',
    'AppName=evntslog',
    'ProcId=77',
    'MsgId=ID47',
    'StructuredData=[ex@32473 iut="3"][a b="c"]',
  ];

  it('of RFC 5424: every field of it, also beside messages of RFC 3164', () => {
    expect(fieldsOf([RFC5424])).toEqual([EXPECTED]);
    expect(fieldsOf([RFC5424, '<34>Oct 11 22:14:15 mymachine su: failed for lonvick', 'bare'], 'syslog-network')).toEqual([
      EXPECTED,
      ['Time=Oct 11 22:14:15', 'Level=crit', 'Host=mymachine', 'AppName=su', 'ProcId=', 'MsgId=', 'StructuredData='],
      ['Time=', 'Level=', 'Host=', 'AppName=', 'ProcId=', 'MsgId=', 'StructuredData='],
    ]);
  });
});
