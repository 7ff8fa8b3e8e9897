/** What a column of a flow table is, by the names that flow writers give it (letters and digits only, lower case). */
const NAMES = {
  source: ['srcip', 'sourceip', 'saddr', 'srcaddr', 'ipv4srcaddr', 'ipv6srcaddr', 'sourceaddress', 'sourceipv4address', 'sa'],
  destination: [
    'dstip',
    'destinationip',
    'destip',
    'daddr',
    'dstaddr',
    'ipv4dstaddr',
    'ipv6dstaddr',
    'destinationaddress',
    'destinationipv4address',
    'da',
  ],
  sourcePort: ['srcport', 'sourceport', 'sport', 'l4srcport', 'sourcetransportport', 'sp'],
  destinationPort: ['dstport', 'destinationport', 'dport', 'l4dstport', 'destinationtransportport', 'dp'],
  protocol: ['protocol', 'proto', 'protocolidentifier', 'pr'],
  time: ['timestamp', 'starttime', 'stime', 'ts', 'datetime', 'flowstartmilliseconds', 'timestart'],
  /** In microseconds, as CICFlowMeter writes it. */
  durationMicros: ['flowduration'],
  durationSeconds: ['dur', 'td', 'duration'],
  durationMillis: ['flowdurationmilliseconds'],
  forwardPackets: ['totalfwdpacket', 'totalfwdpackets', 'totfwdpkts', 'srcpkts', 'spkts', 'inpkts', 'ipkt', 'packettotalcount'],
  backwardPackets: [
    'totalbwdpackets',
    'totalbackwardpackets',
    'totbwdpkts',
    'dstpkts',
    'dpkts',
    'outpkts',
    'opkt',
    'reversepackettotalcount',
  ],
  forwardBytes: [
    'totallengthoffwdpacket',
    'totallengthoffwdpackets',
    'totlenfwdpkts',
    'srcbytes',
    'sbytes',
    'inbytes',
    'ibyt',
    'octettotalcount',
  ],
  backwardBytes: [
    'totallengthofbwdpacket',
    'totallengthofbwdpackets',
    'totlenbwdpkts',
    'dstbytes',
    'dbytes',
    'outbytes',
    'obyt',
    'reverseoctettotalcount',
  ],
  allPackets: ['totpkts', 'pkts'],
  allBytes: ['totbytes', 'bytes'],
  state: ['state', 'tcpstate', 'connstate'],
} as const;

export type FlowColumn = keyof typeof NAMES;

const COLUMN_OF = new Map<string, FlowColumn>(
  Object.entries(NAMES).flatMap(([column, names]) => names.map((name) => [name, column as FlowColumn] as const)),
);

/** Where each known column stands; the first of several counts. */
export function flowColumns(header: readonly string[]): ReadonlyMap<FlowColumn, number> {
  const columns = new Map<FlowColumn, number>();
  for (const [i, name] of header.entries()) {
    const column = COLUMN_OF.get(name.toLowerCase().replace(/[^a-z0-9]/g, ''));
    if (column !== undefined && !columns.has(column)) columns.set(column, i);
  }
  return columns;
}

/** A table without these says nothing about who did what when. */
export function tellsFlows(columns: ReadonlyMap<FlowColumn, number>): boolean {
  return columns.has('source') && columns.has('destination') && columns.has('time');
}
