/** What a column of a flow data set is, beside a measured quantity. */
export type ColumnRole =
  | 'quantity'
  | 'label'
  | 'source'
  | 'destination'
  | 'sourcePort'
  | 'destinationPort'
  | 'time'
  | 'identifier'
  | 'leak';

const squeezed = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

const ROLES: Readonly<Record<Exclude<ColumnRole, 'quantity'>, readonly string[]>> = {
  label: ['label', 'class', 'attack', 'attackcat', 'attacktype', 'traffictype'],
  source: ['srcip', 'sourceip', 'saddr', 'srcaddr', 'ipv4srcaddr', 'idorigh', 'sourceaddress'],
  destination: ['dstip', 'destinationip', 'destip', 'daddr', 'dstaddr', 'ipv4dstaddr', 'idresph', 'destinationaddress'],
  sourcePort: ['srcport', 'sourceport', 'sport', 'l4srcport', 'idorigp'],
  destinationPort: ['dstport', 'destinationport', 'dport', 'l4dstport', 'idrespp'],
  time: ['timestamp', 'starttime', 'stime', 'ltime', 'ts', 'datetime', 'lasttime'],
  identifier: ['id', 'flowid', 'fivetuple', 'uid', 'communityid', ''],
  // what only a labelled data set knows
  leak: ['attemptedcategory', 'difficulty', 'attackcategory', 'subcategory', 'labelbinary', 'islabelled'],
};

const ROLE_OF = new Map<string, ColumnRole>(
  Object.entries(ROLES).flatMap(([role, names]) => names.map((name) => [name, role as ColumnRole] as const)),
);

export function roleOf(name: string): ColumnRole {
  return ROLE_OF.get(squeezed(name)) ?? 'quantity';
}

export function sameName(a: string, b: string): boolean {
  return squeezed(a) === squeezed(b);
}

/** Names of the fixed CICFlowMeter by those that older releases and other writers give the same column. */
const VARIANTS: Readonly<Record<string, readonly string[]>> = {
  Protocol: ['proto'],
  'Flow Duration': ['flowduration'],
  'Total Fwd Packet': ['totfwdpkts', 'totalfwdpackets'],
  'Total Bwd packets': ['totbwdpkts', 'totalbackwardpackets', 'totalbwdpackets'],
  'Total Length of Fwd Packet': ['totlenfwdpkts', 'totallengthoffwdpackets'],
  'Total Length of Bwd Packet': ['totlenbwdpkts', 'totallengthofbwdpackets'],
  'Fwd Packet Length Max': ['fwdpktlenmax'],
  'Fwd Packet Length Min': ['fwdpktlenmin'],
  'Fwd Packet Length Mean': ['fwdpktlenmean'],
  'Fwd Packet Length Std': ['fwdpktlenstd'],
  'Bwd Packet Length Max': ['bwdpktlenmax'],
  'Bwd Packet Length Min': ['bwdpktlenmin'],
  'Bwd Packet Length Mean': ['bwdpktlenmean'],
  'Bwd Packet Length Std': ['bwdpktlenstd'],
  'Flow Bytes/s': ['flowbytss'],
  'Flow Packets/s': ['flowpktss'],
  'Fwd IAT Total': ['fwdiattot'],
  'Bwd IAT Total': ['bwdiattot'],
  'Fwd Header Length': ['fwdheaderlen'],
  'Bwd Header Length': ['bwdheaderlen'],
  'Fwd Packets/s': ['fwdpktss'],
  'Bwd Packets/s': ['bwdpktss'],
  'Packet Length Min': ['pktlenmin', 'minpacketlength'],
  'Packet Length Max': ['pktlenmax', 'maxpacketlength'],
  'Packet Length Mean': ['pktlenmean'],
  'Packet Length Std': ['pktlenstd'],
  'Packet Length Variance': ['pktlenvar'],
  'FIN Flag Count': ['finflagcnt'],
  'SYN Flag Count': ['synflagcnt'],
  'RST Flag Count': ['rstflagcnt'],
  'PSH Flag Count': ['pshflagcnt'],
  'ACK Flag Count': ['ackflagcnt'],
  'URG Flag Count': ['urgflagcnt'],
  'CWR Flag Count': ['cweflagcount', 'cwrflagcnt'],
  'ECE Flag Count': ['eceflagcnt'],
  'Average Packet Size': ['pktsizeavg', 'avgpacketsize'],
  'Fwd Segment Size Avg': ['fwdsegsizeavg', 'avgfwdsegmentsize'],
  'Bwd Segment Size Avg': ['bwdsegsizeavg', 'avgbwdsegmentsize'],
  'Fwd Bytes/Bulk Avg': ['fwdbytsbavg', 'fwdavgbytesbulk'],
  'Fwd Packet/Bulk Avg': ['fwdpktsbavg', 'fwdavgpacketsbulk'],
  'Fwd Bulk Rate Avg': ['fwdblkrateavg', 'fwdavgbulkrate'],
  'Bwd Bytes/Bulk Avg': ['bwdbytsbavg', 'bwdavgbytesbulk'],
  'Bwd Packet/Bulk Avg': ['bwdpktsbavg', 'bwdavgpacketsbulk'],
  'Bwd Bulk Rate Avg': ['bwdblkrateavg', 'bwdavgbulkrate'],
  'Subflow Fwd Packets': ['subflowfwdpkts'],
  'Subflow Fwd Bytes': ['subflowfwdbyts'],
  'Subflow Bwd Packets': ['subflowbwdpkts'],
  'Subflow Bwd Bytes': ['subflowbwdbyts'],
  'FWD Init Win Bytes': ['initfwdwinbyts', 'initwinbytesforward', 'fwdinitwinbytes'],
  'Bwd Init Win Bytes': ['initbwdwinbyts', 'initwinbytesbackward'],
  'Fwd Act Data Pkts': ['actdatapktfwd', 'fwdactdatapkts'],
  'Fwd Seg Size Min': ['minsegsizeforward', 'fwdsegsizemin'],
  'Total TCP Flow Time': ['totalconnectionflowtime'],
};

const NAME_OF = new Map(
  Object.entries(VARIANTS).flatMap(([name, others]) => [[squeezed(name), name] as const, ...others.map((other) => [other, name] as const)]),
);

/** One name for a column whatever release wrote it; unknown names stay, trimmed. */
export function canonicalName(name: string): string {
  return NAME_OF.get(squeezed(name)) ?? name.trim();
}
