/** What a column of a flow table is, by the names that flow writers, vedette among them, give it (letters and digits only, lower case). */
const NAMES = {
  source: [
    'srcip',
    'sourceip',
    'saddr',
    'srcaddr',
    'ipv4srcaddr',
    'ipv6srcaddr',
    'sourceaddress',
    'sourceipv4address',
    'sa',
    'idorigh',
    'clientip',
  ],
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
    'idresph',
    'serverip',
  ],
  sourcePort: ['srcport', 'sourceport', 'sport', 'l4srcport', 'sourcetransportport', 'sp', 'idorigp', 'clientport'],
  destinationPort: [
    'dstport',
    'destinationport',
    'dport',
    'dsport',
    'l4dstport',
    'destinationtransportport',
    'dp',
    'idrespp',
    'serverport',
  ],
  protocol: ['protocol', 'proto', 'protocolidentifier', 'protocoltype', 'pr'],
  time: ['time', 'timestamp', 'starttime', 'stime', 'ts', 'datetime', 'flowstartmilliseconds', 'timestart', 'start', 'firstseen'],
  /** For a duration, where no column gives it. */
  end: ['endtime', 'te', 'end', 'etime', 'lastseen', 'timeend', 'flowendmilliseconds'],
  /** In microseconds, as CICFlowMeter writes it. */
  durationMicros: ['flowduration', 'durationmicros'],
  durationSeconds: ['dur', 'td', 'duration'],
  durationMillis: ['flowdurationmilliseconds'],
  /** Of FlowMeter, which gives CICFlowMeter's name to it. */
  durationNanos: [],
  forwardPackets: [
    'forwardpackets',
    'totalfwdpacket',
    'totalfwdpackets',
    'totfwdpkts',
    'srcpkts',
    'spkts',
    'inpkts',
    'ipkt',
    'packettotalcount',
    'fwdflowlength',
    'packetssent',
    'sentpackets',
    'sentpkt',
    'origpkts',
    'pktstoserver',
  ],
  backwardPackets: [
    'backwardpackets',
    'totalbwdpackets',
    'totalbackwardpackets',
    'totbwdpkts',
    'dstpkts',
    'dpkts',
    'outpkts',
    'opkt',
    'reversepackettotalcount',
    'bwdflowlength',
    'packetsreceived',
    'packetsrecv',
    'receivedpackets',
    'rcvdpkt',
    'resppkts',
    'pktstoclient',
  ],
  forwardBytes: [
    'forwardbytes',
    'totallengthoffwdpacket',
    'totallengthoffwdpackets',
    'totlenfwdpkts',
    'srcbytes',
    'sbytes',
    'inbytes',
    'ibyt',
    'octettotalcount',
    'fwdpacketsizetotal',
    'bytessent',
    'sentbytes',
    'sentbyte',
    'origbytes',
    'bytestoserver',
  ],
  backwardBytes: [
    'backwardbytes',
    'totallengthofbwdpacket',
    'totallengthofbwdpackets',
    'totlenbwdpkts',
    'dstbytes',
    'dbytes',
    'outbytes',
    'obyt',
    'reverseoctettotalcount',
    'bwdpacketsizetotal',
    'bytesreceived',
    'bytesrecv',
    'receivedbytes',
    'rcvdbyte',
    'respbytes',
    'bytestoclient',
  ],
  allPackets: ['totpkts', 'pkts', 'packets'],
  allBytes: ['totbytes', 'bytes'],
  state: ['state', 'tcpstate', 'connstate', 'flag'],
  /** Of nfdump, whose rows are of one direction unless the other was counted too. */
  oneWayFlags: ['flg'],
  /** What a firewall did with it. */
  action: ['action'],
} as const;

export type FlowColumn = keyof typeof NAMES;

const COLUMN_OF = new Map<string, FlowColumn>(
  Object.entries(NAMES).flatMap(([column, names]) => names.map((name) => [name, column as FlowColumn] as const)),
);

const squeezed = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/** Where each known column stands; the first of several counts. */
export function flowColumns(header: readonly string[]): ReadonlyMap<FlowColumn, number> {
  const columns = new Map<FlowColumn, number>();
  const nanos = squeezed(header[0] ?? '') === 'fivetuple';
  for (const [i, name] of header.entries()) {
    const known = COLUMN_OF.get(squeezed(name));
    const column = known === 'durationMicros' && nanos ? 'durationNanos' : known;
    if (column !== undefined && !columns.has(column)) columns.set(column, i);
  }
  return columns;
}

/** The known column that a name stands for. */
export function flowColumnOf(name: string): FlowColumn | undefined {
  return COLUMN_OF.get(squeezed(name));
}

const VOLUMES: readonly FlowColumn[] = ['forwardPackets', 'backwardPackets', 'forwardBytes', 'backwardBytes', 'allPackets', 'allBytes'];
const DURATIONS: readonly FlowColumn[] = ['durationMicros', 'durationSeconds', 'durationMillis', 'durationNanos'];

/** A table says when who spoke to whom, or at least how much of what it was and how long it took. */
export function tellsFlows(columns: Pick<ReadonlyMap<FlowColumn, unknown>, 'has'>): boolean {
  const has = (column: FlowColumn): boolean => columns.has(column);
  if (has('source') && has('destination') && has('time')) return true;
  return (has('protocol') || has('destinationPort')) && DURATIONS.some(has) && VOLUMES.filter(has).length > 1;
}
