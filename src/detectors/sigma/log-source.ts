import type { SigmaEvent } from './event.ts';

/** What a rule says it is about; an absent part means any. */
export interface LogSource {
  readonly category?: string;
  readonly product?: string;
  readonly service?: string;
}

/** What an event is of; an event can be of several categories and services. */
export interface EventSource {
  readonly products: readonly string[];
  readonly categories: readonly string[];
  readonly services: readonly string[];
}

export function applies(rule: LogSource, event: EventSource): boolean {
  return (
    (rule.product === undefined || event.products.includes(rule.product)) &&
    (rule.category === undefined || event.categories.includes(rule.category)) &&
    (rule.service === undefined || event.services.includes(rule.service))
  );
}

const SYSMON: Readonly<Record<string, readonly string[]>> = {
  '1': ['process_creation'],
  '2': ['file_change'],
  '3': ['network_connection'],
  '4': ['sysmon_status'],
  '5': ['process_termination'],
  '6': ['driver_load'],
  '7': ['image_load'],
  '8': ['create_remote_thread'],
  '9': ['raw_access_thread'],
  '10': ['process_access'],
  '11': ['file_event'],
  '12': ['registry_add', 'registry_delete', 'registry_event'],
  '13': ['registry_set', 'registry_event'],
  '14': ['registry_rename', 'registry_event'],
  '15': ['create_stream_hash'],
  '16': ['sysmon_status'],
  '17': ['pipe_created'],
  '18': ['pipe_created'],
  '19': ['wmi_event'],
  '20': ['wmi_event'],
  '21': ['wmi_event'],
  '22': ['dns_query'],
  '23': ['file_delete'],
  '24': ['clipboard_capture'],
  '25': ['process_tampering'],
  '26': ['file_delete', 'file_delete_detected'],
  '27': ['file_block_executable'],
  '28': ['file_block_shredding'],
  '29': ['file_executable_detected'],
  '255': ['sysmon_error'],
};

/** Start of the channel -> service of SigmaHQ's rules. */
const CHANNELS: readonly (readonly [string, string])[] = [
  ['security', 'security'],
  ['system', 'system'],
  ['application', 'application'],
  ['microsoft-windows-sysmon/operational', 'sysmon'],
  ['microsoft-windows-powershell/operational', 'powershell'],
  ['powershellcore/operational', 'powershell'],
  ['windows powershell', 'powershell-classic'],
  ['microsoft-windows-taskscheduler/operational', 'taskscheduler'],
  ['microsoft-windows-wmi-activity/operational', 'wmi'],
  ['dns server', 'dns-server'],
  ['microsoft-windows-dns-client/operational', 'dns-client'],
  ['microsoft-windows-dns-server/audit', 'dns-server-audit'],
  ['microsoft-windows-driverframeworks-usermode/operational', 'driver-framework'],
  ['microsoft-windows-ntlm/operational', 'ntlm'],
  ['microsoft-windows-applocker/', 'applocker'],
  ['msexchange management', 'msexchange-management'],
  ['microsoft-windows-printservice/admin', 'printservice-admin'],
  ['microsoft-windows-printservice/operational', 'printservice-operational'],
  ['microsoft-windows-codeintegrity/operational', 'codeintegrity-operational'],
  ['microsoft-windows-security-mitigations/', 'security-mitigations'],
  ['microsoft-windows-smbclient/security', 'smbclient-security'],
  ['microsoft-windows-smbclient/connectivity', 'smbclient-connectivity'],
  ['microsoft-windows-windows firewall with advanced security/firewall', 'firewall-as'],
  ['microsoft-windows-windows defender/operational', 'windefend'],
  ['microsoft-windows-bits-client/operational', 'bits-client'],
  ['microsoft-windows-terminalservices-localsessionmanager/operational', 'terminalservices-localsessionmanager'],
  ['microsoft-windows-appxdeploymentserver/operational', 'appxdeployment-server'],
  ['microsoft-windows-appxpackaging/operational', 'appxpackaging-om'],
  ['microsoft-windows-appmodel-runtime/admin', 'appmodel-runtime'],
  ['microsoft-windows-shell-core/operational', 'shell-core'],
  ['microsoft-windows-ldap-client/debug', 'ldap'],
  ['microsoft-windows-capi2/operational', 'capi2'],
  ['microsoft-windows-certificateservicesclient-lifecycle-system/operational', 'certificateservicesclient-lifecycle-system'],
  ['microsoft-windows-diagnosis-scripted/operational', 'diagnosis-scripted'],
  ['microsoft-windows-vhdmp', 'vhdmp'],
  ['microsoft-windows-kernel-shimengine/', 'kernel-shimengine'],
  ['microsoft-iis-configuration/operational', 'iis-configuration'],
  ['openssh/operational', 'openssh'],
];

const POWERSHELL: Readonly<Record<string, string>> = { '4103': 'ps_module', '4104': 'ps_script' };
const CLASSIC: Readonly<Record<string, string>> = { '400': 'ps_classic_start', '600': 'ps_classic_provider_start' };

/** What the fields of an event say about where it comes from. */
export function sourceOf(event: SigmaEvent): EventSource {
  const channel = event.first('Channel')?.toLowerCase();
  const id = event.first('EventID');
  if (channel !== undefined && id !== undefined) return windows(channel, id);
  const provider = event.first('eventSource');
  if (provider?.endsWith('.amazonaws.com') === true) return { products: ['aws'], categories: [], services: ['cloudtrail'] };
  if (event.first('apiVersion')?.startsWith('audit.k8s.io/') === true)
    return { products: ['kubernetes'], categories: [], services: ['audit'] };
  const zeek = event.first('_path');
  if (zeek !== undefined) return { products: ['zeek'], categories: categoriesOfPath(zeek), services: [zeek] };
  if (event.get('event_type') !== undefined && event.get('flow_id') !== undefined) {
    return { products: ['suricata'], categories: categoriesOfPath(event.first('event_type') ?? ''), services: [] };
  }
  if (
    event.get('type') !== undefined &&
    (event.get('audit_serial') !== undefined ||
      event.get('auid') !== undefined ||
      event.get('syscall') !== undefined ||
      event.get('a0') !== undefined)
  ) {
    return { products: ['linux'], categories: [], services: ['auditd'] };
  }
  return { products: [], categories: [], services: [] };
}

function windows(channel: string, id: string): EventSource {
  const services = CHANNELS.filter(([start]) => (start.endsWith('/') ? channel.startsWith(start) : channel === start)).map(
    ([, service]) => service,
  );
  const [service] = services;
  const categories: string[] = [];
  if (service === 'sysmon') categories.push(...(Object.hasOwn(SYSMON, id) ? (SYSMON[id] ?? []) : []));
  else if (service === 'security' && id === '4688') categories.push('process_creation');
  else if (service === 'powershell' && Object.hasOwn(POWERSHELL, id)) categories.push(POWERSHELL[id] as string);
  else if (service === 'powershell-classic' && Object.hasOwn(CLASSIC, id)) categories.push(CLASSIC[id] as string);
  return { products: ['windows'], categories, services };
}

function categoriesOfPath(path: string): string[] {
  if (path === 'dns') return ['dns'];
  if (path === 'http') return ['proxy', 'webserver'];
  return path === 'conn' || path === 'flow' ? ['firewall', 'network_connection'] : [];
}
