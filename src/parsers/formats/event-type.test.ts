import { describe, expect, it } from 'vitest';
import { formatMicros } from '../../core/index.ts';
import { parseAll } from '../../testing/parser-contract.ts';
import { createLogParser } from '../parser.ts';

describe('fortigate', () => {
  const line =
    '<189>date=2026-11-23 time=00:01:09 devname="FG100" tz="+0100" logid="0101039426" type="event" subtype="vpn" level="alert" vd="root" logdesc="SSL VPN login fail" remip=45.9.20.3 msg="SSL user failed to logged in"\n';

  it.each(['logfmt', 'syslog-network'])('is read by %s: its date in two parts and its zone, its device, its type', (format) => {
    const parser = createLogParser({ format });
    const [event] = parseAll(parser, Buffer.from(line)).events;
    expect(event).toMatchObject({ level: 'alert', host: 'FG100', message: 'SSL user failed to logged in' });
    expect(formatMicros(event?.time as number)).toBe('2026-11-22T23:01:09Z');
    expect(parser.templates.map(({ text }) => text)).toEqual(['fortigate:event/vpn:SSL-VPN-login-fail']);
  });
});

describe('the type that a record names', () => {
  const aws = (event: object): string =>
    JSON.stringify({
      eventVersion: '1.08',
      userIdentity: { type: 'IAMUser', userName: 'ci' },
      eventTime: '2026-11-20T08:00:06Z',
      ...event,
    });
  const templates = (lines: readonly string[]): (string | undefined)[] => {
    const parser = createLogParser({});
    const { events } = parseAll(parser, Buffer.from(`${lines.join('\n')}\n`));
    return events.map(({ templateId }) => parser.templates.find(({ id }) => id === templateId)?.text);
  };

  it('is the template of an event of CloudTrail, which keeps its text', () => {
    const lines = [
      aws({ eventSource: 's3.amazonaws.com', eventName: 'GetObject', sourceIPAddress: '52.1.1.1' }),
      aws({ eventSource: 's3.amazonaws.com', eventName: 'PutObject', sourceIPAddress: '52.1.1.1' }),
      aws({ eventSource: 'iam.amazonaws.com', eventName: 'CreateUser', errorCode: 'AccessDenied' }),
      aws({ eventSource: 'signin.amazonaws.com', eventName: 'ConsoleLogin', responseElements: { ConsoleLogin: 'Failure' } }),
      aws({ eventSource: 'signin.amazonaws.com', eventName: 'ConsoleLogin', responseElements: { ConsoleLogin: 'Success' } }),
    ];
    expect(templates(lines)).toEqual([
      's3.amazonaws.com:GetObject',
      's3.amazonaws.com:PutObject',
      'iam.amazonaws.com:CreateUser:AccessDenied',
      'signin.amazonaws.com:ConsoleLogin:Failure',
      'signin.amazonaws.com:ConsoleLogin',
    ]);
    const [first] = parseAll(createLogParser({}), Buffer.from(`${lines[0]}\n`)).events;
    expect(first?.message).toContain('sourceIPAddress=52.1.1.1');
  });

  it('is the template of an event of Windows, however its id is written', () => {
    const lines = [
      { winlog: { channel: 'Security', event_id: 4624, provider_name: 'Sec' }, message: 'An account was successfully logged on.' },
      { winlog: { channel: 'Security', event_id: 4625, provider_name: 'Sec' }, message: 'An account failed to log on.' },
      { EventID: 7036, Channel: 'System', SourceName: 'Service Control Manager', Message: 'The service entered the running state.' },
      { Event: { System: { EventID: '1102', Channel: 'Security', Provider: { Name: 'Eventlog' } } } },
      { event: { code: '4688' }, Channel: 'Security' },
    ];
    expect(templates(lines.map((line) => JSON.stringify({ '@timestamp': '2026-11-20T08:00:06Z', ...line })))).toEqual([
      'Sec:Event4624',
      'Sec:Event4625',
      'Service-Control-Manager:Event7036',
      'Eventlog:Event1102',
      'Event4688',
    ]);
  });

  it('is the template of an event of the audit log of Kubernetes, with the status of a call that failed', () => {
    const call = (verb: string, objectRef: object, code: number) =>
      JSON.stringify({
        apiVersion: 'audit.k8s.io/v1',
        verb,
        objectRef,
        responseStatus: { code },
        requestReceivedTimestamp: '2026-11-20T08:00:06Z',
      });
    const lines = [
      call('list', { resource: 'pods' }, 200),
      call('create', { resource: 'pods', subresource: 'exec' }, 101),
      call('list', { resource: 'secrets' }, 403),
    ];
    expect(templates(lines)).toEqual(['k8s:list:pods', 'k8s:create:pods/exec', 'k8s:list:secrets:status403']);
    const [first] = parseAll(createLogParser({}), Buffer.from(`${lines[0]}\n`)).events;
    expect(formatMicros(first?.time as number)).toBe('2026-11-20T08:00:06Z');
  });

  it('is not looked for in other records', () => {
    const lines = [
      { event: { code: '106023' }, message: 'Deny tcp src' },
      { eventName: 'click', eventSource: 'page', msg: 'clicked here' },
    ];
    expect(templates(lines.map((line) => JSON.stringify({ '@timestamp': '2026-11-20T08:00:06Z', ...line })))).toEqual([
      'Deny tcp src',
      'clicked here',
    ]);
  });
});
