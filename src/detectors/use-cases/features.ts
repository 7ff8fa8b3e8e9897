import type { FeatureText } from '../../core/index.ts';

/**
 * A flow nobody answered, by Zeek's and the meter's names of states or by its counts; of a record of one direction the counts say
 * nothing of answers. Flows whose initiator uses a well-known port and whose responder none are answers taken for questions, and so
 * are records of one direction from the lower port to the higher; `asks` leaves them out.
 */
const derive = {
  oneWay: "state is not absent and startsWith(state, 'one-way')",
  failed:
    "state in ('S0', 'REJ', 'RSTOS0', 'SH', 'attempt', 'rejected') or not oneWay and (backwardPackets = 0 or backwardPackets is absent and backwardBytes = 0)",
  asks: 'protocol not in (6, 17) or sourcePort is absent or (sourcePort >= 1024 or destinationPort < 1024) and not (oneWay and sourcePort < destinationPort)',
  many: 'destinationAddress in (224.0.0.0/4, 255.255.255.255/32, ff00::/8)',
  // Echo requests; sensors put the ICMP type into the port, the meter leaves 0.
  ping: 'protocol = 1 and (sourcePort in (0, 8) or sourcePort is absent) or protocol = 58 and sourcePort = 128',
  outward: 'inside(HOME_NET, sourceAddress) and not inside(HOME_NET, destinationAddress) and not many',
  // Of one direction, long packets are an upload and short ones confirm a download.
  back: 'if(oneWay, if(forwardBytes > 500 * forwardPackets, forwardBytes / 100, forwardBytes), backwardBytes)',
  ended: 'if(durationMicros is absent, time, time + durationMicros)',
} as const;

/** Overlapping, so that what lasts up to 40 s falls wholly into one of them. */
const MINUTE = { type: 'sliding', size: '60s', slide: '20s', lateness: '5m' } as const;
const TEN_SECONDS = { size: '10s', lateness: '5m' } as const;
const HOUR = { size: '1h', lateness: '10m' } as const;
/** Of what is done slowly, so that nothing else sees it. */
const FOUR_HOURS = { type: 'sliding', size: '4h', slide: '2h', lateness: '10m' } as const;

/** Services that let their users command a host. */
const ADMINISTRATION = '(22, 135, 139, 445, 3389, 5985, 5986)';
/** Services that ask for a password: those that greet or answer in the clear, by which packets tell them on any port, and the others. */
const AUTHENTICATION = '(21, 22, 23, 110, 143, 3306, 3389, 5900)';
const SILENT_AUTHENTICATION = '(993, 995, 1433, 5432)';
/**
 * Connections kept open that are told nothing: the responder confirms (up to 66 bytes a packet where lengths are those of frames)
 * but has nothing to answer, since what it was sent is no whole request. Clients that wait for news are answered, however little.
 */
const SLOW =
  'protocol = 6 and asks and not failed and durationMicros >= 30000000 and forwardBytes > 0 and forwardBytes + backwardBytes < 6000 and backwardBytes <= 66 * backwardPackets and backwardPackets > 0 and (backwardBytes = 0 or forwardBytes > 66 * forwardPackets)';
/** UDP services whose answers are much larger than their questions. */
const AMPLIFIERS = '(17, 19, 53, 69, 111, 123, 137, 161, 389, 520, 1900, 3702, 5353, 11211)';

/**
 * The context of traffic over the past only, as declared features: what each source, destination, pair and name did within a window.
 * Use cases put levels on them; models can be trained on them.
 */
export const FEATURES: Readonly<Record<string, FeatureText>> = {
  'source-destination': {
    from: 'flow',
    derive,
    where: 'asks and not many',
    time: 'ended',
    key: ['sourceAddress', 'destinationAddress'],
    window: MINUTE,
    aggregates: {
      connections: 'count()',
      ports: 'distinct(destinationPort)',
      failureRatio: 'ratio(failed)',
    },
  },
  'source-fan-out': {
    from: 'flow',
    derive,
    where: 'asks and not many',
    time: 'ended',
    key: ['sourceAddress'],
    window: MINUTE,
    aggregates: {
      connections: 'count()',
      hosts: 'distinct(destinationAddress)',
      ports: 'distinct(destinationPort)',
      silentHosts: 'distinct(if(failed, destinationAddress))',
      pingedHosts: 'distinct(if(ping, destinationAddress))',
      newPingedHosts: 'first-seen(if(ping, destinationAddress))',
      silentPingedHosts: 'distinct(if(ping and failed, destinationAddress))',
      oneWayPingedHosts: 'distinct(if(ping and oneWay, destinationAddress))',
      failureRatio: 'ratio(failed)',
      newHosts: 'first-seen(destinationAddress)',
    },
  },
  'destination-load': {
    from: 'flow',
    derive: {
      ...derive,
      amplifier: `protocol = 17 and sourcePort in ${AMPLIFIERS} and destinationPort != sourcePort`,
    },
    time: 'ended',
    key: ['destinationAddress'],
    window: TEN_SECONDS,
    aggregates: {
      connections: 'count()',
      sources: 'distinct(sourceAddress)',
      unanswered: 'count(protocol = 6 and failed)',
      amplifiedBytes: 'sum(if(amplifier and failed, forwardBytes))',
      // Seen one way, long answers of such services; whether anybody asked is not told.
      longAnswers: 'sum(if(amplifier and oneWay and forwardBytes >= 400 * forwardPackets, forwardBytes))',
      sampledSyns: "count(state = 'one-way syn')",
      sampledSynShare: "ratio(state = 'one-way syn')",
      bytesIn: 'sum(forwardBytes)',
    },
  },
  'port-load': {
    from: 'flow',
    derive,
    where: 'protocol = 6',
    time: 'ended',
    key: ['destinationAddress', 'destinationPort'],
    window: TEN_SECONDS,
    aggregates: {
      connections: 'count()',
      // A flow of one direction that carried more is half a connection.
      incomplete: 'count(failed and (forwardPackets is absent or forwardPackets <= 3))',
      completed: 'count(not failed)',
      sources: 'distinct(sourceAddress)',
      // Of requests that are alike; visitors ask for different things with different cookies.
      sizeEntropy: 'entropy(if(not failed, floor(forwardBytes / 16)), 256)',
    },
  },
  requests: {
    from: 'http',
    derive: { page: "before(path, '?')" },
    key: ['destinationAddress', 'destinationPort'],
    window: TEN_SECONDS,
    aggregates: {
      requests: 'count()',
      sources: 'distinct(sourceAddress)',
      pageEntropy: 'entropy(page, 256)',
    },
  },
  'source-requests': {
    from: 'http',
    derive: { page: "before(path, '?')" },
    key: ['sourceAddress', 'destinationAddress', 'destinationPort'],
    window: TEN_SECONDS,
    aggregates: { requests: 'count()', pageEntropy: 'entropy(page, 256)' },
  },
  'failed-ports': {
    from: 'flow',
    derive,
    where: 'failed and asks and not many and protocol in (6, 17)',
    time: 'ended',
    key: ['sourceAddress', 'destinationAddress'],
    window: FOUR_HOURS,
    aggregates: { connections: 'count()', ports: 'distinct(destinationPort)' },
  },
  'failed-hosts': {
    from: 'flow',
    derive,
    where: 'failed and asks and inside(HOME_NET, sourceAddress) and inside(HOME_NET, destinationAddress) and protocol in (6, 17)',
    time: 'ended',
    key: ['sourceAddress', 'destinationPort'],
    window: FOUR_HOURS,
    aggregates: { connections: 'count()', hosts: 'distinct(destinationAddress)', newHosts: 'first-seen(destinationAddress)' },
  },
  echo: {
    from: 'flow',
    derive,
    where: 'protocol in (1, 58) and not many',
    time: 'ended',
    key: ['sourceAddress', 'destinationAddress'],
    window: { size: '10m', lateness: '5m' },
    aggregates: {
      bytes: 'sum(forwardBytes)',
      packets: 'sum(forwardPackets)',
      packetBytes: 'ratio(forwardBytes, forwardPackets)',
    },
  },
  'source-reflection': {
    from: 'flow',
    where: "protocol = 6 and (forwardPackets = 0 and backwardPackets > 0 or state = 'SHR')",
    derive,
    time: 'ended',
    key: ['sourceAddress'],
    window: TEN_SECONDS,
    aggregates: { unasked: 'count()', hosts: 'distinct(destinationAddress)' },
  },
  'slow-connections': {
    from: 'flow',
    derive,
    where: SLOW,
    time: 'ended',
    key: ['sourceAddress', 'destinationAddress', 'destinationPort'],
    window: { size: '5m', lateness: '5m' },
    aggregates: { slow: 'count()' },
  },
  'slow-service': {
    from: 'flow',
    derive,
    where: SLOW,
    time: 'ended',
    key: ['destinationAddress', 'destinationPort'],
    window: { size: '5m', lateness: '5m' },
    aggregates: { slow: 'count()', sources: 'distinct(sourceAddress)' },
  },
  'service-load': {
    from: 'flow',
    derive,
    where: 'asks',
    time: 'ended',
    key: ['destinationAddress', 'destinationPort'],
    window: { size: '5m', lateness: '5m', empty: 3 },
    aggregates: {
      connections: 'count()',
      answered: 'count(not failed)',
      sources: 'distinct(sourceAddress)',
    },
  },
  logins: loginsOf(`destinationPort in ${AUTHENTICATION} or contains(attributes, '"service":"ssh"') or state = 'ssh'`),
  'silent-logins': loginsOf(`destinationPort in ${SILENT_AUTHENTICATION}`),
  administration: {
    from: 'flow',
    derive,
    where: `protocol = 6 and inside(HOME_NET, sourceAddress) and inside(HOME_NET, destinationAddress) and destinationPort in ${ADMINISTRATION}`,
    time: 'ended',
    key: ['sourceAddress'],
    window: { size: '10m', lateness: '5m' },
    aggregates: {
      hosts: 'distinct(destinationAddress)',
      newHosts: 'first-seen(destinationAddress)',
      connections: 'count()',
    },
  },
  'remote-execution': {
    from: 'flow',
    derive,
    where:
      'protocol = 6 and inside(HOME_NET, sourceAddress) and inside(HOME_NET, destinationAddress) and not failed and sourcePort >= 1024',
    time: 'ended',
    key: ['sourceAddress', 'destinationAddress'],
    window: { size: '10m', lateness: '5m' },
    aggregates: {
      endpointMapper: 'count(destinationPort = 135)',
      dynamicPorts: 'count(destinationPort >= 49152)',
    },
  },
  egress: {
    from: 'flow',
    derive,
    where: 'outward',
    time: 'ended',
    key: ['sourceAddress'],
    window: HOUR,
    aggregates: {
      bytesOut: 'sum(forwardBytes)',
      uploadRatio: 'ratio(forwardBytes, back + 1)',
      destinations: 'distinct(destinationAddress)',
      newDestinations: 'first-seen(destinationAddress)',
    },
  },
  'egress-destination': {
    from: 'flow',
    derive,
    where: 'outward',
    time: 'ended',
    key: ['sourceAddress', 'destinationAddress'],
    window: HOUR,
    aggregates: {
      bytesOut: 'sum(forwardBytes)',
      uploadRatio: 'ratio(forwardBytes, back + 1)',
      newDestination: 'first-seen(destinationAddress)',
    },
  },
  'egress-day': {
    from: 'flow',
    derive,
    where: 'outward',
    time: 'ended',
    key: ['sourceAddress', 'destinationAddress'],
    window: { type: 'sliding', size: '24h', slide: '12h', lateness: '10m' },
    aggregates: {
      bytesOut: 'sum(forwardBytes)',
      uploadRatio: 'ratio(forwardBytes, back + 1)',
      connections: 'count()',
    },
  },
  rhythm: {
    from: 'flow',
    derive,
    where: 'outward and asks and destinationPort not in (53, 123)',
    key: ['sourceAddress', 'destinationAddress', 'destinationPort'],
    window: HOUR,
    aggregates: {
      connections: 'count()',
      minutes: 'distinct(floor(time / 60000000))',
      periodicity: 'periodicity()',
      newDestination: 'first-seen(destinationAddress)',
      sizes: 'entropy(forwardBytes)',
    },
  },
  names: {
    from: 'dns',
    derive: { registered: 'domain(query)', below: 'subdomain(query)' },
    where: 'registered is not absent and (destinationPort is absent or destinationPort != 5353)',
    key: ['sourceAddress', 'registered'],
    window: MINUTE,
    aggregates: {
      queries: 'count()',
      names: 'distinct(below)',
      volume: 'distinct-length(below)',
      labelEntropy: 'mean(entropy(below))',
    },
  },
  'text-names': {
    from: 'dns',
    derive: {
      registered: 'domain(query)',
      below: 'subdomain(query)',
      // Names that begin with an underscore are those of services: keys and policies of mail, certificates.
      service: "startsWith(query, '_') or contains(query, '._')",
    },
    where:
      "registered is not absent and queryType in ('TXT', 'NULL', 'PRIVATE', '16', '10') and not service and (destinationPort is absent or destinationPort != 5353)",
    key: ['sourceAddress', 'registered'],
    window: HOUR,
    aggregates: { queries: 'count()', names: 'distinct(below)' },
  },
  readings: {
    from: 'metric',
    key: ['entity', 'series'],
    window: { size: '5m', lateness: '5m', empty: 3 },
    aggregates: { readings: 'count()', mean: 'mean(value)', deviation: 'stddev(value)', least: 'min(value)', most: 'max(value)' },
  },
  signatures: {
    from: 'signature',
    where: 'severity >= 25',
    key: ['sourceAddress'],
    window: { size: '10m', lateness: '5m' },
    aggregates: { rules: 'distinct(ruleId)', hosts: 'distinct(destinationAddress)', worst: 'max(severity)' },
  },
};

/** Connections to login services, those apart that are as short as refused logins. */
function loginsOf(service: string): FeatureText {
  return {
    from: 'flow',
    derive: {
      ...derive,
      // A password that is refused takes little and ends soon; transfers and sessions do not.
      refusable:
        '(backwardBytes is absent or backwardBytes <= 8000) and (forwardBytes is absent or forwardBytes <= 8000) and (durationMicros is absent or durationMicros <= 60000000)',
    },
    where: `protocol = 6 and asks and not failed and (${service})`,
    time: 'ended',
    key: ['sourceAddress', 'destinationAddress', 'destinationPort'],
    window: MINUTE,
    aggregates: {
      logins: 'count()',
      short: 'count(refusable)',
      sizeEntropy: 'entropy(if(refusable, floor((forwardBytes + if(oneWay, 0, backwardBytes)) / 512)), 256)',
    },
  };
}
