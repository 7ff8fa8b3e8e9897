import type { Scalar } from './pairs.ts';

const EVENT_IDS = ['winlog.event_id', 'Event.System.EventID', 'Event.System.EventID.#text', 'EventID', 'EventCode', 'event.code'];
/** Names of the program that wrote a Windows event, which its id belongs to; without one the channel says that it is one. */
const PROVIDERS = [
  'winlog.provider_name',
  'Event.System.Provider.#attributes.Name',
  'Event.System.Provider.Name',
  'SourceName',
  'ProviderName',
  'Provider',
];
const CHANNELS = ['winlog.channel', 'Event.System.Channel', 'Channel'];
const ID = /^\d{1,6}$/;
const LONGEST = 256;

/**
 * What kind of event a structured record is by its own account: `iam.amazonaws.com:CreateUser` of AWS CloudTrail, with the error code of a call that was
 * refused (`Failure` of a sign-in), `Microsoft-Windows-Security-Auditing:Event4625` of Windows, `k8s:list:secrets:status403` of the audit log of Kubernetes,
 * `fortigate:traffic/forward:deny` of FortiGate. One word; undefined for any other record.
 */
export function eventType(pairs: ReadonlyMap<string, Scalar>): string | undefined {
  const type = cloudTrailType(pairs) ?? windowsType(pairs) ?? kubernetesType(pairs) ?? fortigateType(pairs);
  return type === undefined || type.length > LONGEST ? undefined : type.trim().replaceAll(/\s+/g, '-');
}

function cloudTrailType(pairs: ReadonlyMap<string, Scalar>): string | undefined {
  const [source, name] = [pairs.get('eventSource'), pairs.get('eventName')];
  const error = pairs.get('errorCode') ?? (pairs.get('responseElements.ConsoleLogin') === 'Failure' ? 'Failure' : undefined);
  if (typeof source !== 'string' || !source.endsWith('.amazonaws.com') || typeof name !== 'string' || name === '') return undefined;
  return `${source}:${name}${typeof error === 'string' && error !== '' ? `:${error}` : ''}`;
}

function windowsType(pairs: ReadonlyMap<string, Scalar>): string | undefined {
  const id = EVENT_IDS.map((name) => pairs.get(name)).find((value) => value !== undefined && ID.test(String(value)));
  if (id === undefined) return undefined;
  const provider = textOf(pairs, PROVIDERS);
  if (provider === undefined && textOf(pairs, CHANNELS) === undefined) return undefined;
  // A word that begins with a letter is not masked as a number.
  return `${provider === undefined ? '' : `${provider}:`}Event${id}`;
}

/** With the status of a call that was refused or failed. */
function kubernetesType(pairs: ReadonlyMap<string, Scalar>): string | undefined {
  const [version, verb] = [pairs.get('apiVersion'), pairs.get('verb')];
  if (typeof version !== 'string' || !version.startsWith('audit.k8s.io/') || typeof verb !== 'string' || verb === '') return undefined;
  const parts = [pairs.get('objectRef.resource'), pairs.get('objectRef.subresource')].filter(
    (part) => typeof part === 'string' && part !== '',
  );
  const code = Number(pairs.get('responseStatus.code'));
  // A word that begins with a letter is not masked as a number.
  return `k8s:${verb}${parts.length === 0 ? '' : `:${parts.join('/')}`}${code >= 400 ? `:status${code}` : ''}`;
}

function fortigateType(pairs: ReadonlyMap<string, Scalar>): string | undefined {
  const [type, subtype] = [pairs.get('type'), pairs.get('subtype')];
  if (pairs.get('logid') === undefined || pairs.get('vd') === undefined || typeof type !== 'string' || typeof subtype !== 'string')
    return undefined;
  const what = textOf(pairs, ['logdesc', 'action', 'eventtype']);
  return `fortigate:${type}/${subtype}${what === undefined ? '' : `:${what}`}`;
}

function textOf(pairs: ReadonlyMap<string, Scalar>, names: readonly string[]): string | undefined {
  return names.map((name) => pairs.get(name)).find((value): value is string => typeof value === 'string' && value !== '');
}
