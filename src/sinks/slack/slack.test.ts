import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { seededRandom, silentLogger } from '../../core/index.ts';
import { sampleAlert } from '../../testing/report-input.ts';
import { describeSinkContract } from '../../testing/sink-contract.ts';
import slack, { slackMessage } from './index.ts';

const context = { name: 'slack', log: silentLogger, now: () => 0, random: seededRandom(1) };

describeSinkContract('slack', async () => {
  const ids: string[] = [];
  let status = 200;
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts).toString();
      if (status === 200) ids.push(/ · (a[0-9a-f]{15})/.exec(JSON.parse(body).attachments[0].blocks.at(-1).elements[0].text)?.[1] ?? body);
      response.writeHead(status).end('ok');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/services/SECRET`;
  return {
    sink: slack.create(slack.config.parse({ endpoint }), context),
    received: async () => ids,
    break: async () => {
      status = 404;
    },
    repair: async () => {
      status = 200;
    },
    stop: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
});

describe('slack message', () => {
  it('mentions nobody, links nowhere and formats nothing that an alert holds', () => {
    const text = JSON.stringify(slackMessage(sampleAlert(1, {}, { title: '<!channel> *b* <https://evil.example|x>', entity: '<@U1>&' })));
    const sections = text.replace(/"plain_text","text":"[^"]*"/, '');
    expect(sections).not.toMatch(/<[!@h]/);
    expect(sections).toContain('&lt;!channel&gt; \u200b*b\u200b*');
  });

  it('keeps the limits of Block Kit', () => {
    const message = slackMessage(sampleAlert(1, {}, { title: '&'.repeat(5_000), entity: 'e'.repeat(5_000) }), 'https://vedette.example');
    const [{ blocks }] = message.attachments as [{ blocks: { type: string; text?: { text: string }; fields?: { text: string }[] }[] }];
    expect(blocks[0]?.text?.text.length).toBeLessThanOrEqual(150);
    for (const { text } of blocks.flatMap(({ fields = [] }) => fields)) expect(text.length).toBeLessThanOrEqual(2_000);
    expect(JSON.stringify(blocks.at(-1))).toContain('<https://vedette.example/alerts/a000000000000001?tenant=acme|open>');
  });

  it('keeps its address, which is a secret, out of errors', async () => {
    const sink = slack.create(slack.config.parse({ endpoint: 'http://127.0.0.1:1/services/SECRET' }), context);
    await expect(sink.deliver([sampleAlert(1)])).rejects.toThrow(/^slack: http:\/\/127\.0\.0\.1:1: cannot be reached$/);
  });
});
