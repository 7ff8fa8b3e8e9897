import type { Fields } from '../sensor/fields.ts';

/**
 * Fields that tell a log of Zeek by themselves, in the order in which they are looked for; `|` parts the names of releases and exporters.
 * From the field references of the Zeek manual (https://docs.zeek.org/en/master/logs/).
 */
const FIELDS: readonly (readonly [log: string, ...fields: readonly string[]])[] = [
  ['conn', 'uid', 'conn_state'],
  ['dns', 'uid', 'qtype_name|rcode_name|query'],
  ['http', 'uid', 'status_code|uri'],
  ['notice', 'note', 'msg', 'actions|suppress_for|peer_descr'],
  ['ssh', 'uid', 'auth_success|auth_attempts'],
  ['rdp', 'uid', 'security_protocol'],
  ['kerberos', 'uid', 'request_type'],
  ['dce_rpc', 'uid', 'endpoint', 'operation'],
  ['smb_mapping', 'uid', 'share_type'],
  ['dpd', 'uid', 'analyzer', 'failure_reason'],
  ['ssl', 'uid', 'server_name|cipher'],
  ['weird', 'name', 'notice', 'peer'],
  ['dhcp', 'client_addr|mac', 'msg_types'],
  ['files', 'fuid', 'source', 'analyzers|mime_type|seen_bytes'],
  ['x509', 'certificate.version|certificate_version'],
  ['software', 'software_type', 'unparsed_version'],
  ['pe', 'machine', 'subsystem', 'section_names'],
  ['arp', 'orig_hw', 'resp_hw', 'operation'],
  ['packet_filter', 'node', 'filter', 'success'],
  ['capture_loss', 'ts_delta', 'gaps', 'percent_lost'],
  ['stats', 'peer', 'pkts_proc', 'events_proc'],
  ['telemetry', 'metric_type', 'labels', 'label_values'],
  ['known_certs', 'port_num', 'issuer_subject'],
  ['known_services', 'port_num', 'port_proto'],
];

/** Further logs, told by the name of their file alone where their lines are known to be Zeek's. */
const NAMED = [
  ...['smb_files', 'smb_cmd', 'known_hosts', 'known_devices', 'loaded_scripts', 'reporter', 'ntlm', 'ntp', 'modbus', 'dnp3', 'sip', 'snmp'],
  ...[
    'socks',
    'smtp',
    'ftp',
    'irc',
    'mysql',
    'radius',
    'rfb',
    'syslog',
    'tunnel',
    'traceroute',
    'intel',
    'signatures',
    'quic',
    'ldap',
    'ocsp',
  ],
];
const NAMES = [...FIELDS.map(([name]) => name), ...NAMED].sort((a, b) => b.length - a.length);

/** The log of a JSON record that does not say which it is: by the name of its file, else by its fields; empty for an unknown one. */
export function logOf(input: string, fields: Fields): string {
  return logOfName(input) ?? logOfFields(fields) ?? '';
}

/** `SCRANTON_smb_files.log.gz` -> smb_files. */
function logOfName(input: string): string | undefined {
  const words = `_${(input.split('/').at(-1) ?? '').toLowerCase().replaceAll(/[.-]/g, '_')}_`;
  return NAMES.find((name) => words.includes(`_${name}_`));
}

/** A log whose own fields are all there. */
export function logOfFields(fields: Fields): string | undefined {
  const has = (names: string): boolean => names.split('|').some((name) => Object.hasOwn(fields, name));
  return FIELDS.find(([, ...wanted]) => wanted.every(has))?.[0];
}
