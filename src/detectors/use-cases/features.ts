import type { FeatureText } from '../../core/index.ts';

/**
 * A flow nobody answered, by Zeek's and the meter's names of states or by its counts. Flows whose initiator uses a well-known port and whose
 * responder none are answers taken for questions; `asks` leaves them out.
 */
const derive = {
  failed:
    "state in ('S0', 'REJ', 'RSTOS0', 'SH', 'attempt', 'rejected') or backwardPackets = 0 or backwardPackets is absent and backwardBytes = 0",
  asks: 'protocol not in (6, 17) or sourcePort >= 1024 or destinationPort < 1024 or sourcePort is absent',
  many: 'destinationAddress in (224.0.0.0/4, 255.255.255.255/32, ff00::/8)',
  // Echo requests; sensors put the ICMP type into the port, the meter leaves 0.
  ping: 'protocol = 1 and (sourcePort in (0, 8) or sourcePort is absent) or protocol = 58 and sourcePort = 128',
  outward: 'inside(HOME_NET, sourceAddress) and not inside(HOME_NET, destinationAddress) and not many',
  ended: 'if(durationMicros is absent, time, time + durationMicros)',
} as const;

/** Overlapping, so that what lasts up to 40 s falls wholly into one of them. */
const MINUTE = { type: 'sliding', size: '60s', slide: '20s', lateness: '5m' } as const;
const TEN_SECONDS = { size: '10s', lateness: '5m' } as const;
const HOUR = { size: '1h', lateness: '10m' } as const;

/** Services that let their users command a host. */
const ADMINISTRATION = '(22, 135, 139, 445, 3389, 5985, 5986)';
/** Services that ask for a password. */
const AUTHENTICATION = '(21, 22, 23, 110, 143, 993, 995, 1433, 3306, 3389, 5432, 5900)';
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
      failureRatio: 'ratio(failed)',
      newHosts: 'first-seen(destinationAddress)',
    },
  },
  'destination-load': {
    from: 'flow',
    derive: {
      ...derive,
      amplified: `protocol = 17 and sourcePort in ${AMPLIFIERS} and destinationPort != sourcePort and failed`,
    },
    time: 'ended',
    key: ['destinationAddress'],
    window: TEN_SECONDS,
    aggregates: {
      connections: 'count()',
      sources: 'distinct(sourceAddress)',
      unanswered: 'count(protocol = 6 and failed)',
      amplifiedBytes: 'sum(if(amplified, forwardBytes))',
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
    where: 'protocol = 6 and asks',
    time: 'ended',
    key: ['sourceAddress', 'destinationAddress', 'destinationPort'],
    window: { size: '5m', lateness: '5m' },
    aggregates: {
      slow: 'count(not failed and durationMicros >= 30000000 and forwardBytes + backwardBytes < 3000)',
      connections: 'count()',
    },
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
  logins: {
    from: 'flow',
    derive: { ...derive, remote: `destinationPort in ${AUTHENTICATION}` },
    where: `protocol = 6 and asks and not failed and (remote or contains(attributes, '"service":"ssh"') or state = 'ssh')`,
    time: 'ended',
    key: ['sourceAddress', 'destinationAddress', 'destinationPort'],
    window: MINUTE,
    aggregates: { logins: 'count()' },
  },
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
      uploadRatio: 'ratio(forwardBytes, backwardBytes)',
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
      uploadRatio: 'ratio(forwardBytes, backwardBytes)',
      newDestination: 'first-seen(destinationAddress)',
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
