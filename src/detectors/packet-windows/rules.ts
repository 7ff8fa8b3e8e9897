export type RuleName =
  | 'syn-flood'
  | 'amplification'
  | 'syn-ack-reflection'
  | 'first-contact-flood'
  | 'one-way-flood'
  | 'one-way-stream'
  | 'dhcp-flood'
  | 'port-scan'
  | 'silent-host-scan'
  | 'icmp-sweep'
  | 'answered-sweep'
  | 'arp-scan'
  | 'slow-port-scan'
  | 'slow-host-scan'
  | 'arp-spoofing'
  | 'neighbour-spoofing'
  | 'arp-replies'
  | 'rogue-dhcp'
  | 'brute-force'
  | 'many-logins'
  | 'dns-tunnel'
  | 'dns-text-beacon'
  | 'icmp-tunnel'
  | 'doh-tunnel';

/** What a scanner of one's own does. */
export const SCANS: ReadonlySet<RuleName> = new Set<RuleName>([
  'port-scan',
  'silent-host-scan',
  'icmp-sweep',
  'answered-sweep',
  'arp-scan',
  'slow-port-scan',
  'slow-host-scan',
]);

export interface Rule {
  readonly title: string;
  /** ATT&CK techniques. */
  readonly techniques: readonly string[];
  /** At the threshold; grows with how far it is exceeded. */
  readonly severity: number;
  readonly mostSeverity: number;
  /** The host the finding is about. */
  readonly about: 'source' | 'destination';
  readonly why: string;
  readonly harmless: readonly string[];
  readonly next: readonly string[];
}

const OVERLOAD = ['a load test of your own'];

/** What each window rule is called, stands for and suggests. */
export const RULES: Readonly<Record<RuleName, Rule>> = {
  'syn-flood': {
    title: 'SYN flood',
    techniques: ['T1498.001', 'T1499.001'],
    severity: 70,
    mostSeverity: 90,
    about: 'destination',
    why: 'Connections are asked for and never completed, far faster than clients try again, which exhausts the table of half-open connections.',
    harmless: [...OVERLOAD, 'a service that has just stopped and whose clients try again'],
    next: ['turn on SYN cookies', 'ask the provider to filter towards this address', 'check whether the service still answers'],
  },
  amplification: {
    title: 'Amplification attack',
    techniques: ['T1498.002'],
    severity: 65,
    mostSeverity: 90,
    about: 'destination',
    why: 'Replies of services known to amplify arrive without a question, so someone asks in this address’s name.',
    harmless: ['a capture that holds only one direction of the traffic'],
    next: ['filter this source port towards the address', 'ask the provider for help; the link itself may be full'],
  },
  'syn-ack-reflection': {
    title: 'SYN-ACK reflection',
    techniques: ['T1498.002'],
    severity: 65,
    mostSeverity: 90,
    about: 'destination',
    why: 'Hosts confirm connections that this address never asked for: its address is forged elsewhere.',
    harmless: ['a capture that holds only one direction of the traffic'],
    next: ['drop SYN-ACKs without a connection at the border', 'ask the provider for help'],
  },
  'first-contact-flood': {
    title: 'Flood from unknown sources',
    techniques: ['T1498'],
    severity: 60,
    mostSeverity: 85,
    about: 'destination',
    why: 'Sources that were never in contact appear far faster than visitors do.',
    harmless: [...OVERLOAD, 'sudden public interest in a service'],
    next: ['see what the packets share (port, length, time to live) and filter it'],
  },
  'one-way-flood': {
    title: 'One-way flood',
    techniques: ['T1498.001'],
    severity: 60,
    mostSeverity: 85,
    about: 'destination',
    why: 'Packets arrive at a rate that only bulk transfers reach, but nothing confirms them.',
    harmless: ['a capture that holds only one direction of the traffic'],
    next: ['limit the source at the border or switch', 'check whether the destination still answers'],
  },
  'one-way-stream': {
    title: 'One-way stream of datagrams',
    techniques: ['T1498.001'],
    severity: 20,
    mostSeverity: 60,
    about: 'destination',
    why: 'Datagrams between the same ports arrive at a high rate and are not answered: logs, video and flow records are sent so, and so are some floods.',
    harmless: ['logs, flow records, video or a backup over UDP', 'a capture that holds only one direction of the traffic'],
    next: ['see whether the destination offers a service on this port', 'compare the rate with that of other days'],
  },
  'dhcp-flood': {
    title: 'DHCP flood',
    techniques: ['T1499', 'T1557.003'],
    severity: 60,
    mostSeverity: 85,
    about: 'destination',
    why: 'A client asks a few times; so many requests empty the pool of addresses or keep the server busy, and a rogue server often follows.',
    harmless: ['power returning to a whole building'],
    next: ['turn on DHCP snooping and port security', 'find the switch port the requests come from'],
  },
  'port-scan': {
    title: 'Port scan',
    techniques: ['T1046'],
    severity: 50,
    mostSeverity: 74,
    about: 'source',
    why: 'A client needs a few ports of a server; trying many finds out what it runs.',
    harmless: ['a vulnerability scanner or monitoring of your own', 'passive FTP with many files'],
    next: ['see which ports answered', 'look for further connections from this source'],
  },
  'silent-host-scan': {
    title: 'Scan for hosts',
    techniques: ['T1018', 'T1046'],
    severity: 45,
    mostSeverity: 70,
    about: 'source',
    why: 'Programs talk to hosts that exist; many that never answer are guesses.',
    harmless: ['an outage of the hosts or the link', 'a capture that holds only one direction of the traffic'],
    next: ['see which host did answer', 'find the program on the source that sends this'],
  },
  'icmp-sweep': {
    title: 'ICMP sweep',
    techniques: ['T1018'],
    severity: 45,
    mostSeverity: 70,
    about: 'source',
    why: 'Pinging host after host finds out which addresses are in use.',
    harmless: ['monitoring that pings its hosts'],
    next: ['allow the addresses of your monitoring', 'look for connections from this source afterwards'],
  },
  'arp-scan': {
    title: 'ARP scan',
    techniques: ['T1018'],
    severity: 45,
    mostSeverity: 70,
    about: 'source',
    why: 'A host asks for the few neighbours it talks to; asking for many in a row lists the network.',
    harmless: ['a router or an inventory program', 'a network card that was just started on a router'],
    next: ['find the program on the source', 'look for connections to the neighbours found'],
  },
  'answered-sweep': {
    title: 'Many hosts pinged for the first time, most of which answer',
    techniques: ['T1018'],
    severity: 20,
    mostSeverity: 20,
    about: 'source',
    why: 'Monitoring pings hosts that it knows and that answer; who pings a full network finds the same.',
    harmless: ['monitoring that has just been started'],
    next: ['see whether the source goes on pinging the same hosts: then it is monitoring'],
  },
  'slow-port-scan': {
    title: 'Slow port scan',
    techniques: ['T1046'],
    severity: 45,
    mostSeverity: 70,
    about: 'source',
    why: 'Programs know the ports they need; one after the other in vain, however slowly, finds out what a host runs.',
    harmless: ['a vulnerability scanner or monitoring of your own', 'a capture that holds only one direction of the traffic'],
    next: ['see which ports answered', 'look for further connections from this source'],
  },
  'slow-host-scan': {
    title: 'Slow scan for hosts',
    techniques: ['T1018', 'T1046'],
    severity: 45,
    mostSeverity: 70,
    about: 'source',
    why: 'Programs talk to hosts that exist; host after host in vain on one port, however slowly, is a search.',
    harmless: ['an outage of many hosts', 'a peer-to-peer program', 'a capture that holds only one direction of the traffic'],
    next: ['see which host did answer', 'find the program on the source that sends this'],
  },
  'arp-spoofing': {
    title: 'One address claimed by two network cards',
    techniques: ['T1557.002'],
    severity: 60,
    mostSeverity: 80,
    about: 'source',
    why: 'An address belongs to one card; two that claim it by turns mean that one pretends to be the other, so that traffic goes through it.',
    harmless: [
      'two hosts with the same address by mistake',
      'a host with two cards in one network',
      'a cluster that cannot decide which of its hosts is active',
    ],
    next: [
      'compare both cards with your inventory; the gateway’s own is known',
      'find the switch port of the other',
      'turn on ARP inspection',
    ],
  },
  'neighbour-spoofing': {
    title: 'One IPv6 address claimed by two network cards',
    techniques: ['T1557'],
    severity: 60,
    mostSeverity: 80,
    about: 'source',
    why: 'An address belongs to one card; two that claim it by turns in neighbour discovery mean that one pretends to be the other, so that traffic goes through it.',
    harmless: [
      'two hosts with the same address by mistake',
      'a host with two cards in one network',
      'a cluster that cannot decide which of its hosts is active',
    ],
    next: [
      'compare both cards with your inventory; the router’s own is known',
      'find the switch port of the other',
      'turn on inspection of neighbour discovery',
    ],
  },
  'arp-replies': {
    title: 'ARP answers nobody asked for',
    techniques: ['T1557.002'],
    severity: 45,
    mostSeverity: 70,
    about: 'source',
    why: 'A host says once or twice that an address is its own; to go on saying so keeps false entries alive in the tables of others.',
    harmless: ['a cluster or hypervisor that moves addresses', 'a capture that lacks the questions'],
    next: ['compare the card with your inventory', 'see which addresses it claims', 'turn on ARP inspection'],
  },
  'rogue-dhcp': {
    title: 'DHCP servers that contradict each other',
    techniques: ['T1557.003'],
    severity: 60,
    mostSeverity: 75,
    about: 'source',
    why: 'Servers of one network name the same router and name servers; another that sends clients elsewhere can read or change what they send.',
    harmless: ['a home router or test machine plugged in by mistake', 'a server whose configuration has just changed'],
    next: ['compare both servers with your inventory', 'find the switch port of the other', 'turn on DHCP snooping'],
  },
  'brute-force': {
    title: 'Brute force of logins',
    techniques: ['T1110'],
    severity: 55,
    mostSeverity: 80,
    about: 'source',
    why: 'A person logs in once; connection after connection to a login service that ends soon and at about the same size is guessing of passwords.',
    harmless: ['an automation that opens a connection for every command', 'monitoring of the service'],
    next: ['look for a successful login from this source in the server’s log', 'block the source or require keys'],
  },
  'many-logins': {
    title: 'Many logins that do not look like guessing',
    techniques: ['T1110'],
    severity: 20,
    mostSeverity: 20,
    about: 'source',
    why: 'Transfers and commands of a program differ in size and last; refused passwords are short and alike. These differ, or come of a client that transfers data there.',
    harmless: ['git, builds and other automation over SSH', 'backups and file transfers'],
    next: ['see whether the source is known for this'],
  },
  'dns-tunnel': {
    title: 'DNS tunnel',
    techniques: ['T1071.004', 'T1048.003'],
    severity: 65,
    mostSeverity: 88,
    about: 'source',
    why: 'Ordinary domains have few names; ever new long names below one domain carry data out.',
    harmless: ['a content network or anti-virus service that encodes data in names'],
    next: ['see who owns the domain', 'find the program on the source', 'block the domain at the resolver'],
  },
  'dns-text-beacon': {
    title: 'Ever new names asked for texts',
    techniques: ['T1071.004', 'T1132.001'],
    severity: 45,
    mostSeverity: 70,
    about: 'source',
    why: 'Texts in DNS are keys and policies below fixed names; ever new names below one domain carry questions to a server and commands back, however slowly.',
    harmless: ['a filter of mail or viruses that asks its maker by DNS'],
    next: ['see who owns the domain and what the texts hold', 'find the program on the source', 'block the domain at the resolver'],
  },
  'icmp-tunnel': {
    title: 'Tunnel in pings',
    techniques: ['T1095', 'T1048.003'],
    severity: 60,
    mostSeverity: 80,
    about: 'source',
    why: 'A ping repeats the same bytes, and its answer is the same again; contents that change each time carry data past filters.',
    harmless: ['a test program that fills pings at random'],
    next: ['look into the contents', 'find the program on both ends', 'limit ICMP at the border'],
  },
  'doh-tunnel': {
    title: 'Possible tunnel in DNS over HTTPS',
    techniques: ['T1071.004', 'T1572'],
    severity: 20,
    mostSeverity: 20,
    about: 'source',
    why: 'Uploads of so few different sizes are typical of a tunnel in DNS over HTTPS, and of some telemetry.',
    harmless: ['telemetry, push messages or a game'],
    next: ['compare with other hosts that use this server', 'use a resolver of your own so that names are seen'],
  },
};
