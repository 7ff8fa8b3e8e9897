import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordEnds, type Source } from '../../core/index.ts';
import { testContext } from '../../testing/context.ts';
import { ethernet, ipv4, pcap, udp } from '../../testing/packets.ts';
import { collect, sourceContract } from '../../testing/source-contract.ts';
import capture from './index.ts';
import { CAPTURE_TOOLS } from './tool.ts';

const CAPTURE = pcap([
  { time: 1e15, bytes: ethernet(0x0800, ipv4({ from: '10.0.0.1', to: '10.0.0.2', protocol: 17, payload: udp(1, 2, new Uint8Array(8)) })) },
]);
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vedette-capture-source-'));
  writeFileSync(join(folder, 'x.pcap'), CAPTURE);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A program in place of tcpdump that does as it is told. */
function tool(name: string, script: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\ncd "${folder}"\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}
const create = (command: string, more: object = {}): Source =>
  capture.create(capture.config.parse({ interface: 'eth0', command, restartMs: 5, gatherMs: 5, ...more }), testContext('tap'));

describe('capture', () => {
  const text = Buffer.from(CAPTURE).toString().trim();
  sourceContract({
    create: () => create(tool('steady', 'cat x.pcap; exec sleep 30')),
    feed: async () => undefined,
    expected: ['', text],
    finite: false,
  });

  it('starts a program that died again, each run a capture of its own, and adds up what was dropped', async () => {
    const source = create(
      tool('dying', 'echo "2 packets captured, 5 packets received by filter, 3 packets dropped by kernel" >&2; cat x.pcap; exit 1'),
    );
    const batches = await collect(source, (all) => all.length >= 3);
    for (const batch of batches) expect([...recordEnds(batch)]).toEqual([0, CAPTURE.length]);
    expect(batches.map(({ offset }) => offset)).toEqual([0, CAPTURE.length, 2 * CAPTURE.length]);
    expect(source.counters()).toMatchObject({ restarts: 2, received: 15, kernel_drops: 9, interface_drops: 0 });
  });

  it('asks for the drops while it captures', async () => {
    const script =
      'trap \'echo "tcpdump: 9 packets captured, 9 packets received by filter, 4 packets dropped by kernel" >&2\' USR1; cat x.pcap; while :; do sleep 0.05; done';
    const source = create(tool('asked', script), { statsMs: 100 });
    const controller = new AbortController();
    const reading = (async () => {
      for await (const batch of source.read({ positions: [] }, controller.signal)) expect(batch.bytes.length).toBeGreaterThan(0);
    })();
    while (source.counters().kernel_drops !== 4) await new Promise((resolve) => setTimeout(resolve, 20));
    controller.abort();
    await reading;
  });

  it.each([
    ['absent', 'cannot capture on eth0: spawn', 'Install'],
    ['echo "eth0: You don\'t have permission to capture on that device" >&2; exit 1', 'permission', 'setcap cap_net_raw'],
    ['echo "tcpdump: eth0: No such device exists" >&2; exit 1', 'No such device', '`ip link`'],
    ['echo "tcpdump: can\'t parse filter expression: syntax error" >&2; exit 1', 'syntax error', 'pcap-filter'],
  ])('says what is missing: %s', async (script, message, hint) => {
    const source = create(script === 'absent' ? join(folder, 'nothing-here') : tool('failing', script));
    await expect(collect(source)).rejects.toMatchObject({
      code: 'INPUT_UNREADABLE',
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    });
  });

  it('gives every option as an argument of its own; a filter is never taken for an option', () => {
    const settings = capture.config.parse({ interface: 'eth0', filter: '-w /etc/passwd; reboot' });
    expect(CAPTURE_TOOLS.tcpdump.arguments(settings).slice(-2)).toEqual(['--', '-w /etc/passwd; reboot']);
    expect(CAPTURE_TOOLS.dumpcap.arguments(settings).slice(-2)).toEqual(['-f', '-w /etc/passwd; reboot']);
    expect(capture.config.safeParse({ interface: '-r/etc/passwd' }).success).toBe(false);
    const said = "Packets received/dropped on interface 'eth0': 12/3 (pcap:2/dumpcap:0/flushed:0/ps_ifdrop:1) (80.0%)\n";
    expect(CAPTURE_TOOLS.dumpcap.counts(said)).toEqual({ received: 12, kernelDrops: 2, interfaceDrops: 1 });
  });
});
