import { describe, expect, it } from 'vitest';
import { formatMicros, textAt } from '../../core/index.ts';
import { createLogParser } from '../parser.ts';

describe('postgresql', () => {
  const refused = 'FATAL:  password authentication failed for user "eve"';
  const read = (line: string): Record<string, unknown> => {
    const records = { input: '', generation: '', offset: 0, line: 1, bytes: Buffer.from(`${line}\n`), arrival: 0, last: true };
    const batch = createLogParser({}).parse(records, '', () => {});
    const { fields = {}, level } = batch;
    const texts = Object.entries(fields).map(([name, column]) => [name, textAt(column, 0)]);
    return {
      ...Object.fromEntries(texts),
      level: level.values[level.codes[0] as number],
      at: formatMicros(batch.time[0] as number),
    };
  };

  it.each([
    [`2026-11-20 08:00:01.970 UTC [7] eve@shop ${refused}`, { Process: '7', User: 'eve', Database: 'shop', RemoteHost: '' }],
    [`2026-11-20 08:00:01 UTC [7]: ${refused}`, { Process: '7', User: '', RemoteHost: '' }],
    [`2026-11-20 08:00:01 UTC [7-1] [unknown]@[unknown] ${refused}`, { Process: '7', User: '', Database: '', RemoteHost: '' }],
    [`2026-11-20 09:00:01 CET [7] 1.2.3.4 eve@shop ${refused}`, { Process: '7', User: 'eve', Database: 'shop', RemoteHost: '1.2.3.4' }],
    [`2026-11-20 10:00:01 +02 [7] 2001:db8::7 eve@shop ${refused}`, { Process: '7', User: 'eve', RemoteHost: '2001:db8::7' }],
    [
      `2026-11-20 08:00:01 UTC:1.2.3.4(5432):eve@shop:[7]:${refused}`,
      { Process: '7', User: 'eve', Database: 'shop', RemoteHost: '1.2.3.4' },
    ],
    [`1.2.3.4 2026-11-20 08:00:01.428 UTC [7] eve@shop ${refused}`, { Process: '7', User: 'eve', RemoteHost: '1.2.3.4' }],
    [
      `2026-11-20 08:00:01 UTC [7]: [1-1] user=eve,db=shop,app=[unknown],client=1.2.3.4 ${refused}`,
      { Process: '7', User: 'eve', Database: 'shop', RemoteHost: '1.2.3.4' },
    ],
  ])('reads the prefix of %s', (line, expected) => {
    const found = read(line);
    expect(found).toMatchObject({ level: 'FATAL', ...expected });
    expect(String(found.at)).toMatch(/^2026-11-20T08:00:01/);
  });

  it.each([
    '2026-11-20 08:00:01 UTC [7] 9.9.9.9 x@shop FATAL:  password authentication failed for user "9.9.9.9 x"',
    '2026-11-20 08:00:01 UTC [7] 9.9.9.9 x FATAL:  password authentication failed for user "9.9.9.9 x"',
    '2026-11-20 08:00:01 UTC [7] x@a 9.9.9.9 b FATAL:  password authentication failed for user "x"',
  ])('takes no address from a name that the peer chose: %s', (line) => {
    expect(read(line).RemoteHost).toBe('');
  });

  it.each(['1', '1.2.3.4', '4', 'e', 'client', '9.9.9.9'])('finds the address whatever the name, such as %s', (name) => {
    const message = `FATAL:  password authentication failed for user "${name}"`;
    expect(read(`2026-11-20 08:00:01 UTC [7] 1.2.3.4 ${name}@shop ${message}`).RemoteHost).toBe('1.2.3.4');
    expect(read(`2026-11-20 08:00:01 UTC [7]: user=${name},db=shop,client=1.2.3.4 ${message}`).RemoteHost).toBe('1.2.3.4');
    expect(read(`1.2.3.4 2026-11-20 08:00:01 UTC [7] ${name} ${message}`).RemoteHost).toBe('1.2.3.4');
  });
});
