import { z } from 'zod';
import { NETWORK_TEXT } from '../../core/index.ts';

const count = (value: number, text: string) => z.number().positive().default(value).describe(text);

/** Thresholds as measured to separate attacks from benign captures (docs/flows.md). Windows begin with the first packet that counts. */
export const config = z.strictObject({
  floodWindow: z.number().min(1).max(600).default(10).describe('Seconds of a window for denial of service.'),
  scanWindow: z.number().min(1).max(3600).default(60).describe('Seconds of a window for scans, brute force and tunnels.'),
  firstContactsPerSecond: count(50, 'First packets from unknown sources to one destination, a second.'),
  unansweredSyns: count(500, 'Connection requests to one destination less its answers, a window.'),
  synSources: count(50, 'Sources these requests come from at least.'),
  incompleteConnections: count(
    1000,
    'Connection requests to one port of one destination whose connection is not completed, from fewer sources, a window.',
  ),
  amplifiedBytes: count(100_000, 'Bytes nobody asked for from UDP services known to amplify, or in UDP fragments, to one destination.'),
  unsolicitedSynAcks: count(100, 'SYN-ACKs to one destination from hosts it has sent nothing to.'),
  oneWayPacketsPerSecond: count(1000, 'Packets a second to one destination that hardly answers.'),
  oneWayRatio: count(100, 'Bytes to the destination for each byte from it.'),
  dhcpRequests: count(100, 'Requests for DHCP leases to one destination, a window.'),
  scannedPorts: count(20, 'Ports of one destination that one source tries.'),
  unansweredHosts: count(10, 'Hosts one source tries that do not answer.'),
  pingedHosts: count(10, 'Hosts one source sends ICMP echo requests to.'),
  arpTargets: count(20, 'Addresses one host asks for by ARP.'),
  logins: count(
    10,
    'Connections of one source to one authentication service, which is known by its greeting, that look like refused logins.',
  ),
  tunnelBytes: count(1000, 'Bytes of different subdomains one source asks for below one registered domain.'),
  tunnelContents: count(10, 'Different contents of pings between two hosts.'),
  textNames: count(15, 'Different names below one domain that one source asks for TXT or NULL records, an hour.'),
  claimWindow: z.number().min(10).max(86_400).default(600).describe('Seconds of a window for addresses claimed by several.'),
  arpChanges: count(3, 'Changes between network cards that claim one address by ARP or IPv6 neighbour discovery, a window.'),
  arpReplies: count(20, 'ARP answers of one network card that nobody asked for.'),
  rogueOffers: count(1, 'DHCP offers that contradict those of another server, a window.'),
  slowScanWindow: z.number().min(60).max(86_400).default(14_400).describe('Seconds of a window for slow scans.'),
  slowPorts: count(20, 'Ports of one destination that one source tries in vain, in a window for slow scans.'),
  slowHosts: count(20, 'Hosts one source tries in vain on one port, in a window for slow scans; at least half of those tried.'),
  silentShare: z.number().min(0).max(1).default(0.2).describe('Share of the hosts tried that has to be silent, of scans for hosts.'),
  loginBytes: count(8000, 'Bytes of a login that is refused, at most each way; more is a session or transfer.'),
  loginSeconds: count(60, 'Seconds a login that is refused takes at most.'),
  dohEntropy: z
    .number()
    .min(0)
    .max(16)
    .default(2.6)
    .describe('Entropy in bits of TLS upload sizes at or below which they look machine-made.'),
  dohMode: z.number().min(0).max(1).default(0.5).describe('Share of the commonest upload size from which they do.'),
  dohRecords: count(50, 'TLS upload records a window needs to be rated.'),
  dohWindows: count(3, 'Such windows until the low-severity finding.'),
  answerSeconds: z.number().min(0).max(60).default(2).describe('Time a host has to answer before it counts as silent.'),
  allowedScanners: z
    .array(z.string().regex(NETWORK_TEXT, 'must be a network such as 10.0.0.0/8'))
    .default([])
    .describe('Networks or addresses of your own scanners and monitoring: their scans are counted (`scans_allowed`), not told.'),
  memory: z.int().min(1024).max(16_777_216).default(262_144).describe('Pairs and connections remembered (16 bytes each, twice).'),
  maxKeys: z.int().min(256).max(1_048_576).default(16_384).describe('Hosts and pairs counted at once, for each rule.'),
  maxEpisodes: z.int().min(1).max(100_000).default(1000).describe('Findings kept; further ones are counted.'),
});

export type PacketWindowsConfig = ReturnType<typeof config.parse>;
