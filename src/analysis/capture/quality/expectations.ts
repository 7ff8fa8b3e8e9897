import type { RuleName } from '../../../detectors/packet-windows/index.ts';

/** What a capture of the development set holds, and the rule that must name it. */
export interface CaptureExpectation {
  readonly file: string;
  readonly label: string;
  readonly kind:
    | 'flood'
    | 'amplification'
    | 'scan'
    | 'brute-force'
    | 'dns-tunnel'
    | 'doh-tunnel'
    | 'lateral-movement'
    | 'malware'
    | 'exploit'
    | 'benign';
  readonly rule?: RuleName;
  /** Own networks of the place it was taken, where those are not private. */
  readonly homeNetworks?: readonly string[];
  /** Of captures without a rule: what of it flows and packets show, what they do not, and why. */
  readonly note?: string;
}

const attack = (file: string, label: string, kind: CaptureExpectation['kind'], rule: RuleName): CaptureExpectation => ({
  file,
  label,
  kind,
  rule,
});
/** The makers of the captures say where they were taken: the network of the CTU in Prague. */
const NETWORKS: Readonly<Record<string, readonly string[]>> = { 'stratospherelinuxips__test-cc-capture-1.pcap': ['147.32.0.0/16'] };
const other = (kind: CaptureExpectation['kind'], label: string, ...files: string[]): CaptureExpectation[] =>
  files.map((file) => ({
    file,
    label,
    kind,
    ...(NETWORKS[file] && { homeNetworks: NETWORKS[file] }),
    ...(NOTES[file] !== undefined && { note: NOTES[file] }),
  }));

const SERVICE = 'that the services of the other host are controlled is seen (the pipe svcctl)';
const NOTES: Readonly<Record<string, string>> = {
  'stratospherelinuxips__test-cc-capture-1.pcap':
    'one host asks one server for the same 841 bytes over TLS every two seconds, 299 connections in eleven minutes: the rhythm is seen once the network of the host is named as an own one (`--home-network 147.32.0.0/16`, which its makers document), as its address is public; at low severity, as pages that poll and devices that report look the same',
  'stratospherelinuxips__test7-malicious.pcap': 'its scan for hosts is seen; the commands it gets over HTTP and IRC are not',
  'ndpi__emotet.pcap':
    'six connections of a year: that a program comes over HTTP in the clear, and a server with a self-made certificate named example.com, is seen; the mail it sends and a program whose header and beginning lie in other segments are not',
  'ndpi__trickbot.pcap':
    'that a form goes to a bare address on port 7080 is seen, as some devices do too; what is sent and answered is encrypted by itself',
  'ndpi__WebattackRCE.pcap':
    'the requests carry shell commands, Shellshock and the name of the scanner: read by the Sigma rules that come with the program',
  'ndpi__log4j-webapp-exploit.pcap':
    'the lookup in the user agent is read by the Sigma rules; the answer over LDAP, the download and the shell on port 9001 are ordinary flows by their shape',
  'suricata-verify__20171220_smb_mimikatz_copy_to_host.pcap':
    'that the share C$ is opened and a program taken from it is seen, as administrators do too',
  'suricata-verify__20171220_smb_psexec_add_user.pcap':
    'that a program is written to ADMIN$, and the PsExec service and services are asked for, is seen; the user it adds is not',
  'otrf__covenant_copy_smb_CreateRequest_2020-09-22145302.cap': 'that a program is written to the share C$ is seen, not what it does',
  'otrf__covenant_dcom_iertutil_dll_hijack_WORKSTATION5_2020-10-09183000.cap':
    'that a program library is written to the share C$ and a dynamic port called after the end point mapper (DCOM) is seen, not that the one loads the other',
  'otrf__covenant_dcom_iertutil_dll_hijack_WORKSTATION6_2020-10-09183000.cap':
    'that a program library is written to the share C$ and a dynamic port called after the end point mapper (DCOM) is seen, not that the one loads the other',
  'otrf__covenant_dcsync_dcerpc_drsuapi_DsGetNCChanges_2020-08-05020926.cap':
    'that the replication interface (DRSUAPI) of the domain controller is opened is seen; what it asks for is encrypted, and clients that look names up open it too',
  'otrf__covenant_sharpsc_create_dcerpc_smb_svcctl_2020-08-06022635.cap': `${SERVICE}, not that one is made`,
  'otrf__covenant_sharpsc_start_dcerpc_smb_svcctl_2020-08-06030120.cap': `${SERVICE}, not that one is started`,
  'otrf__covenant_sharpsc_stop_dcerpc_smb_svcctl_2020-08-06031938.cap': `${SERVICE}, not that one is stopped`,
  'otrf__covenant_sharpwmi_create_dcerpc_wmi_2020-08-06035621.cap': 'the call of WMI is seen; the process it starts is encrypted',
  'otrf__covenant_wmi_remote_event_subscription_ActiveScriptEventConsumers_WORKSTATION5_2020-09-01103012.cap':
    'the call of WMI is seen; the subscription it leaves is encrypted',
  'otrf__empire_psremoting_stager_WORKSTATION6_2020-09-20170827.cap':
    'that commands go to another host over WinRM is seen, as administrators send them; their content is encrypted',
  'otrf__empire_shell_dcerpc_smb_service_dll_hijack_2020-09-21232839.cap':
    'that a program library is written to the share C$ and services are controlled is seen, not that the one loads the other',
  'otrf__empire_smbexec_dcerpc_smb_svcctl_WORKSTATION6_2020-09-20025716.cap':
    'that services are controlled is seen; the command that one runs is not',
  'otrf__empire_wmi_dcerpc_wmi_IWbemServices_ExecMethod_WORKSTATION6_2020-09-21001437.cap':
    'the call of WMI is seen; the process it starts is encrypted',
  'otrf__schtask_modification_2020-12-1907505969.pcapng': 'that scheduled tasks are controlled is seen; which one is encrypted',
};

/** Every capture of ../shared/datasets/packets. */
export const CAPTURES: readonly CaptureExpectation[] = [
  attack('packet-captures__pkt.TCP.synflood.spoofed.pcap', 'spoofed SYN flood', 'flood', 'syn-flood'),
  attack('mix__echo_plus_synflood_120k.pcap', 'SYN flood among benign connections', 'flood', 'syn-flood'),
  attack('suricata-verify__dhcp-request-flood.pcap', 'DHCP request flood', 'flood', 'dhcp-flood'),
  attack('suricata-verify__denial6-5.pcap', 'IPv6 extension-header flood', 'flood', 'one-way-flood'),
  attack('packet-captures__amp.UDP.snmp.src161.pcapng', 'SNMP amplification', 'amplification', 'amplification'),
  attack('packet-captures__amp.dns.RRSIG.fragmented.pcap', 'DNS amplification, fragmented', 'amplification', 'amplification'),
  attack('packet-captures__amp.TCP.reflection.SYNACK.pcap', 'SYN-ACK reflection', 'amplification', 'syn-ack-reflection'),
  attack('ndpi__synscan.pcap', 'SYN scan of ports', 'scan', 'port-scan'),
  attack('stratospherelinuxips__test12-icmp-portscan.pcap', 'ICMP sweep', 'scan', 'icmp-sweep'),
  attack('stratospherelinuxips__test8-malicious.pcap', 'ARP scan', 'scan', 'arp-scan'),
  attack('stratospherelinuxips__malicious-ssh-bruteforce.pcap', 'SSH brute force on port 902', 'brute-force', 'brute-force'),
  attack('ndpi__dns-tunnel-iodine.pcap', 'iodine tunnel', 'dns-tunnel', 'dns-tunnel'),
  attack('ndpi__dns_exfiltration.pcap', 'dnscat tunnel', 'dns-tunnel', 'dns-tunnel'),
  attack('dataset__learn.netrack.github.com.pcap', 'dns2tcp tunnel', 'dns-tunnel', 'dns-tunnel'),
  attack('dns-tunneling__25may_malicious.pcap', 'DNS tunnel inside DNS over HTTPS', 'doh-tunnel', 'doh-tunnel'),
  ...other('malware', 'command-and-control channel', 'stratospherelinuxips__test-cc-capture-1.pcap'),
  ...other('malware', 'malware traffic', 'stratospherelinuxips__test7-malicious.pcap'),
  ...other('malware', 'Emotet', 'ndpi__emotet.pcap'),
  ...other('malware', 'TrickBot', 'ndpi__trickbot.pcap'),
  ...other('exploit', 'remote code execution over HTTP', 'ndpi__WebattackRCE.pcap'),
  ...other('exploit', 'Log4Shell', 'ndpi__log4j-webapp-exploit.pcap'),
  ...other('lateral-movement', 'Mimikatz copied over SMB', 'suricata-verify__20171220_smb_mimikatz_copy_to_host.pcap'),
  ...other('lateral-movement', 'PsExec adds a user', 'suricata-verify__20171220_smb_psexec_add_user.pcap'),
  ...other(
    'lateral-movement',
    'Covenant or Empire on a Windows domain',
    'otrf__covenant_copy_smb_CreateRequest_2020-09-22145302.cap',
    'otrf__covenant_dcom_iertutil_dll_hijack_WORKSTATION5_2020-10-09183000.cap',
    'otrf__covenant_dcom_iertutil_dll_hijack_WORKSTATION6_2020-10-09183000.cap',
    'otrf__covenant_dcsync_dcerpc_drsuapi_DsGetNCChanges_2020-08-05020926.cap',
    'otrf__covenant_sharpsc_create_dcerpc_smb_svcctl_2020-08-06022635.cap',
    'otrf__covenant_sharpsc_start_dcerpc_smb_svcctl_2020-08-06030120.cap',
    'otrf__covenant_sharpsc_stop_dcerpc_smb_svcctl_2020-08-06031938.cap',
    'otrf__covenant_sharpwmi_create_dcerpc_wmi_2020-08-06035621.cap',
    'otrf__covenant_wmi_remote_event_subscription_ActiveScriptEventConsumers_WORKSTATION5_2020-09-01103012.cap',
    'otrf__empire_psremoting_stager_WORKSTATION6_2020-09-20170827.cap',
    'otrf__empire_shell_dcerpc_smb_service_dll_hijack_2020-09-21232839.cap',
    'otrf__empire_smbexec_dcerpc_smb_svcctl_WORKSTATION6_2020-09-20025716.cap',
    'otrf__empire_wmi_dcerpc_wmi_IWbemServices_ExecMethod_WORKSTATION6_2020-09-21001437.cap',
    'otrf__schtask_modification_2020-12-1907505969.pcapng',
  ),
  ...other('benign', 'many short TCP connections', 'zeek__echo-connections.pcap'),
  ...other('benign', 'DNS over HTTPS', 'dns-tunneling__24may_benign.pcap', 'dns-tunneling__29may_benign.pcap'),
  ...other('benign', 'browsing over TLS', 'ndpi__443-firefox.pcap'),
  ...other('benign', 'video', 'ndpi__netflix.pcap'),
  ...other('benign', 'crawler', 'ndpi__bot.pcap'),
  ...other('benign', 'Modbus', 'ndpi__modbus.pcap'),
  ...other('benign', 'SSH sessions', 'ndpi__ssh.pcap'),
  ...other('benign', 'Telnet session', 'ndpi__telnet.pcap'),
  ...other('benign', 'old SMB session', 'ndpi__dos_win98_smb_netbeui.pcap'),
];
