import { describe, expect, it } from 'vitest';
import { createLogParser } from '../parsers/index.ts';
import { CLASSES_BY, ERROR_CLASSES, ErrorClasses } from './error-classes.ts';

/** Of each line what may be said of its outcome, and what is. */
function outcomes(lines: readonly string[], format = 'syslog'): (readonly [told: string | undefined, is: string | undefined])[] {
  const bytes = Buffer.from(`${lines.join('\n')}\n`);
  const reference = Date.UTC(2026, 11, 1) * 1000;
  const records = { input: 'log', generation: '', offset: 0, line: 1, bytes, arrival: reference, last: true };
  const batch = createLogParser({ format, reference }).parse(records, 'log', () => undefined);
  const classes = new ErrorClasses(batch);
  return lines.map((_, row) => {
    const by = classes.toldBy(row);
    return [CLASSES_BY[by]?.map((one) => ERROR_CLASSES[one]).join(', '), ERROR_CLASSES[classes.of(row, by)]];
  });
}

const http = (server: string, status: string, state: string): string =>
  `Nov 20 08:00:00 lb1 haproxy[2211]: 10.0.9.4:33506 [20/Nov/2026:08:00:00.473] fe_main~ be_web/${server} 0/0/1/-1/+71 ${status} 8249 - - ${state} 36/84/1/1/0 0/0 {a|b} "GET /p/831 HTTP/1.1"`;
const tcp = (server: string, state: string): string =>
  `Nov 20 08:00:00 lb1 haproxy[2211]: 10.0.1.2:33313 [20/Nov/2026:08:00:00.443] fnt bck/${server} 0/0/5007 +212 ${state} 0/0/0/0/3 0/0`;

describe('the outcome of a line', () => {
  it('of HAProxy is the status of a request, and of a TCP session how it ended', () => {
    expect(
      outcomes([
        http('web2', '200', '----'),
        http('web2', '404', '----'),
        http('<NOSRV>', '503', 'SC--'),
        http('<NOSRV>', '-1', 'CR--'),
        tcp('srv1', '--'),
        tcp('srv1', 'CD'),
        tcp('<NOSRV>', 'SC'),
        tcp('srv1', 'sD'),
        'Nov 20 08:00:00 lb1 haproxy[2211]: 10.0.1.2:33313 [20/Nov/2026:08:00:00.443] fe/1: SSL handshake failure',
        'Nov 20 08:00:00 lb1 haproxy[2211]: Server be_web/web2 is DOWN, reason: Layer4 timeout',
        'Nov 20 08:00:00 lb1 haproxy[2211]: a [b] c d 0/0/1/2/3 ',
        'Nov 20 08:00:00 lb1 haproxy[2211]: a [b] c',
        http('<NOSRV>', '503', 'SC--').replace('haproxy', 'other'),
      ]),
    ).toEqual([
      ['status 4xx, status 5xx', undefined],
      ['status 4xx, status 5xx', 'status 4xx'],
      ['status 4xx, status 5xx', 'status 5xx'],
      [undefined, undefined],
      ['errors', undefined],
      ['errors', undefined],
      ['errors', 'errors'],
      ['errors', 'errors'],
      ...Array.from({ length: 5 }, () => [undefined, undefined]),
    ]);
  });

  it('is the status of an access line, else its level', () => {
    expect(outcomes(['10.0.0.1 - - [20/Nov/2026:08:00:00 +0000] "GET / HTTP/1.1" 502 7'], 'access-common')).toEqual([
      ['status 4xx, status 5xx', 'status 5xx'],
    ]);
    expect(outcomes(['2026-11-20 08:00:00 ERROR gone', '2026-11-20 08:00:00 INFO here'], 'timestamped')).toEqual([
      ['errors', 'errors'],
      ['errors', undefined],
    ]);
  });
});
