const PROTOCOLS: Readonly<Record<number, string>> = {
  1: 'ICMP',
  2: 'IGMP',
  6: 'TCP',
  17: 'UDP',
  47: 'GRE',
  50: 'ESP',
  58: 'ICMPv6',
  132: 'SCTP',
};
const SERVICES: Readonly<Record<number, string>> = {
  20: 'ftp-data',
  21: 'ftp',
  22: 'ssh',
  23: 'telnet',
  25: 'smtp',
  53: 'dns',
  67: 'dhcp',
  68: 'dhcp',
  80: 'http',
  88: 'kerberos',
  110: 'pop3',
  123: 'ntp',
  135: 'msrpc',
  137: 'netbios',
  139: 'netbios',
  143: 'imap',
  161: 'snmp',
  389: 'ldap',
  443: 'https',
  445: 'smb',
  502: 'modbus',
  514: 'syslog',
  587: 'submission',
  636: 'ldaps',
  853: 'dns-tls',
  993: 'imaps',
  1883: 'mqtt',
  3306: 'mysql',
  3389: 'rdp',
  5353: 'mdns',
  5432: 'postgres',
  8080: 'http-alt',
};

export function protocolName(number: number | null): string {
  return number === null ? '–' : (PROTOCOLS[number] ?? `protocol ${number}`);
}

/** 443 https */
export function portName(port: number | null): string {
  if (port === null) return '–';
  const service = SERVICES[port];
  return service === undefined ? String(port) : `${port} ${service}`;
}

/** `6/443` as TCP 443 https. */
export function serviceName(text: string): string {
  const [protocol = '', port = ''] = text.split('/');
  return `${protocolName(Number(protocol))} ${portName(Number(port))}`;
}
