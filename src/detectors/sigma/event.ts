export type Scalar = string | number | boolean | null;

/** Where an EVTX record written as JSON has its event id. */
const EVTX_IDS = ['Event.System.EventID', 'Event.System.EventID.#text', 'System.EventID', 'System.EventID.#text'];

/** A flat view of an event. Names that rules use resolve to the names that exporters use. */
export class SigmaEvent {
  readonly #values = new Map<string, Scalar[]>();
  readonly #lower = new Map<string, readonly string[]>();
  readonly #isEvtx: boolean;
  #text: string | undefined;

  /** Nested objects are flattened to dotted names, at most 2,000 values and 20 levels of them. */
  constructor(fields: Readonly<Record<string, unknown>>) {
    this.#flatten('', fields, 0);
    this.#isEvtx = EVTX_IDS.some((name) => this.#values.has(name));
  }

  get(field: string): readonly Scalar[] | undefined {
    const direct = this.#named(field);
    if (direct !== undefined) return direct;
    for (const alias of ALIASES[field] ?? []) {
      const value = this.#named(alias);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  #named(field: string): readonly Scalar[] | undefined {
    const value = this.#values.get(field) ?? this.#values.get(`winlog.event_data.${field}`);
    if (value !== undefined || !this.#isEvtx) return value;
    return this.#values.get(`Event.EventData.${field}`) ?? this.#values.get(`EventData.${field}`);
  }

  first(field: string): string | undefined {
    const value = this.get(field)?.[0];
    return value === undefined || value === null ? undefined : String(value);
  }

  /** Lower-cased texts of a field, made once. */
  lower(field: string): readonly string[] | undefined {
    const known = this.#lower.get(field);
    if (known !== undefined) return known;
    const values = this.get(field);
    if (values === undefined) return undefined;
    const texts = values.map((value) => (value === null ? '' : String(value).toLowerCase()));
    this.#lower.set(field, texts);
    return texts;
  }

  /** Everything in it, lower-cased, values kept apart: what keywords and the prefilter search. */
  text(): string {
    if (this.#text === undefined) {
      const parts: string[] = [];
      for (const values of this.#values.values()) for (const value of values) if (value !== null) parts.push(String(value));
      this.#text = parts.join('\0').toLowerCase();
    }
    return this.#text;
  }

  #flatten(prefix: string, value: unknown, depth: number): void {
    if (this.#values.size >= 2000 || depth > 20) return;
    if (Array.isArray(value)) {
      for (const item of value.slice(0, 1000)) this.#flatten(prefix, item, depth + 1);
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, item] of Object.entries(value)) this.#flatten(prefix === '' ? key : `${prefix}.${key}`, item, depth + 1);
    } else if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      const known = this.#values.get(prefix);
      if (known === undefined) this.#values.set(prefix, [value]);
      else if (known.length < 1000) known.push(value);
    }
  }
}

/** Sigma's field names -> Winlogbeat, ECS, Windows security and NXLog names of the same meaning. */
const ALIASES: Readonly<Record<string, readonly string[]>> = Object.assign(Object.create(null) as Record<string, readonly string[]>, {
  EventID: ['winlog.event_id', 'event.code', 'EventId', 'event_id', ...EVTX_IDS],
  Channel: ['winlog.channel', 'log_name', 'LogName', 'Event.System.Channel', 'System.Channel'],
  Provider_Name: ['winlog.provider_name', 'event.provider', 'SourceName', 'ProviderName', 'source_name'],
  Computer: ['winlog.computer_name', 'host.name', 'Hostname', 'ComputerName', 'Event.System.Computer', 'System.Computer'],
  ComputerName: ['winlog.computer_name', 'host.name', 'Hostname', 'Computer'],
  Image: ['process.executable', 'NewProcessName', 'ProcessName', 'Application'],
  NewProcessName: ['process.executable', 'Image'],
  OriginalFileName: ['process.pe.original_file_name'],
  CommandLine: ['process.command_line', 'ProcessCommandLine'],
  ProcessCommandLine: ['process.command_line', 'CommandLine'],
  CurrentDirectory: ['process.working_directory'],
  ParentImage: ['process.parent.executable', 'ParentProcessName'],
  ParentProcessName: ['process.parent.executable', 'ParentImage'],
  ParentCommandLine: ['process.parent.command_line'],
  ProcessId: ['process.pid', 'NewProcessId'],
  User: ['user.name', 'SubjectUserName', 'AccountName'],
  TargetFilename: ['file.path'],
  ImageLoaded: ['dll.path', 'file.path'],
  TargetObject: ['registry.path', 'ObjectName'],
  Details: ['registry.data.strings', 'NewValue'],
  DestinationIp: ['destination.ip', 'DestAddress', 'dest_ip', 'id.resp_h'],
  DestinationPort: ['destination.port', 'DestPort', 'dest_port', 'id.resp_p'],
  DestinationHostname: ['destination.domain'],
  SourceIp: ['source.ip', 'SourceAddress', 'src_ip', 'id.orig_h'],
  SourcePort: ['source.port', 'src_port', 'id.orig_p'],
  QueryName: ['dns.question.name', 'query'],
  query: ['dns.question.name', 'dns.rrname', 'QueryName'],
  record_type: ['dns.question.type', 'dns.rrtype', 'qtype_name'],
  IpAddress: ['source.ip'],
  WorkstationName: ['source.domain'],
  ScriptBlockText: ['powershell.file.script_block_text'],
  Payload: ['powershell.command.invocation_details'],
  'c-uri': ['url.original', 'uri', 'http.url'],
  'cs-uri-stem': ['url.path', 'url.original', 'uri'],
  'cs-uri-query': ['url.query', 'url.original', 'uri'],
  'c-useragent': ['user_agent.original', 'user_agent', 'http.http_user_agent'],
  'cs-user-agent': ['user_agent.original', 'user_agent', 'http.http_user_agent'],
  'cs-method': ['http.request.method', 'method', 'http.http_method'],
  'cs-host': ['url.domain', 'host', 'http.hostname'],
  'c-uri-extension': ['url.extension'],
  'sc-status': ['http.response.status_code', 'status_code', 'http.status'],
  eventName: ['event.action', 'EventName'],
  eventSource: ['event.provider'],
});
