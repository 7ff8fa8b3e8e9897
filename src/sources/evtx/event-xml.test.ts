import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventXmlLines, isEventXml } from './event-xml.ts';

const event = (id: number, data: string) =>
  `<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Microsoft-Windows-Security-Auditing' Guid='{5}'/><EventID>${id}</EventID><Level>0</Level><TimeCreated SystemTime='2026-11-23T00:05:54.5585268Z'/><EventRecordID>7</EventRecordID><Execution ProcessID='620' ThreadID='444'/><Channel>Security</Channel><Computer>dc1.example</Computer></System><EventData>${data}</EventData></Event>`;

async function read(text: string, pieces = 1_000_000): Promise<{ events: Record<string, never>[]; bad: string[] }> {
  const bad: string[] = [];
  const bytes = Buffer.from(text);
  const chunks = Array.from({ length: Math.ceil(bytes.length / pieces) }, (_, i) => bytes.subarray(i * pieces, (i + 1) * pieces));
  let lines = '';
  for await (const chunk of eventXmlLines(chunks, (reason) => bad.push(reason))) lines += Buffer.from(chunk).toString();
  return {
    events: lines
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line)),
    bad,
  };
}

describe('Windows events as XML', () => {
  const failed = event(
    4625,
    "<Data Name='TargetUserName'>o&apos;neil &lt;ä&#x42;&gt;</Data><Data Name='IpAddress'>10.0.0.77</Data><Data Name='LogonType'>3</Data>",
  );

  it('are those of an EVTX file, one per line, in one line, or indented', async () => {
    for (const text of [
      `${failed}\n${failed}\r\n`,
      `<?xml version="1.0" encoding="utf-8"?><Events>${failed}${failed}</Events>`,
      `\ufeff<Events>\n${failed.replaceAll('><', '>\n  <')}\n${failed}</Events>\n`,
    ]) {
      expect(isEventXml(Buffer.from(text))).toBe(true);
      const { events, bad } = await read(text);
      expect(bad).toEqual([]);
      expect(events).toHaveLength(2);
      expect(events[0]).toMatchObject({
        '@timestamp': '2026-11-23T00:05:54.5585268Z',
        event: { code: '4625', provider: 'Microsoft-Windows-Security-Auditing' },
        host: { name: 'dc1.example' },
        winlog: {
          channel: 'Security',
          record_id: '7',
          event_data: { TargetUserName: "o'neil <äB>", IpAddress: '10.0.0.77', LogonType: 3 },
        },
      });
    }
    expect(isEventXml(Buffer.from('<Event xmlns="urn:other">x</Event>'))).toBe(false);
    expect(isEventXml(Buffer.from('2026-11-23 a line'))).toBe(false);
  });

  it('are the same however the bytes come', async () => {
    const text = `${failed}\n${event(1102, '<Data>a</Data><Data>b</Data>')}\n`;
    const whole = await read(text);
    for (const pieces of [1, 7, 100]) expect(await read(text, pieces)).toEqual(whole);
  });

  it('are left out where they are damaged, and the others read', async () => {
    const { events, bad } = await read(`${failed}<Event x='1'><System></Oops></Event>${failed}<Event cut`);
    expect(events).toHaveLength(2);
    expect(bad).toEqual(['an event is no well-formed XML', 'the last event is cut short']);
    const long = await read(`${failed}<Event ${'x'.repeat(3_000_000)}`, 100_000);
    expect(long.events).toHaveLength(1);
    expect(long.bad[0]).toContain('longer than');
  });

  it('take no longer to read where nothing closes what is opened', async () => {
    const began = performance.now();
    for (const part of ['<!--', '<![CDATA[', '<?', '</Event>', `<a b='" c="'`])
      expect((await read(`${event(1, part.repeat(400_000 / part.length))}${failed}`, 64 << 10)).events.length).toBeGreaterThan(0);
    expect(performance.now() - began).toBeLessThan(3_000);
  });

  it('never throw on hostile text', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.constantFrom('<Event ', '</Event>', '<a>', '</a>', '<![CDATA[', ']]>', '<!--', '&#x110000;', '&amp;', "b='", '"', '/>', 'x'),
          { maxLength: 60 },
        ),
        async (parts) => {
          await read(parts.join(''), 5);
        },
      ),
    );
  });
});
