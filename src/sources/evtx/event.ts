import type { Element } from './binxml.ts';
import type { Scalar } from './values.ts';

type Json = Scalar | Json[] | { [key: string]: Json };

const LEVELS = ['information', 'critical', 'error', 'warning', 'information', 'verbose'];

/** A Windows event in the layout and with the names that Winlogbeat gives it (ECS plus `winlog.*`). */
export function eventJson(event: Element, recordId: bigint, written: string): Json {
  const system = child(event, 'System');
  const provider = system && child(system, 'Provider');
  const execution = system && child(system, 'Execution');
  const correlation = system && child(system, 'Correlation');
  const text = (name: string): Scalar | undefined => (system === undefined ? undefined : textOf(child(system, name)));
  const code = text('EventID');
  const level = text('Level');
  const channel = text('Channel');
  const computer = text('Computer');
  const providerName = provider?.attributes.get('Name');
  const created = system && child(system, 'TimeCreated')?.attributes.get('SystemTime');
  const data = event.children.filter((part): part is Element => typeof part === 'object' && part.name !== 'System');
  return object([
    ['@timestamp', created ?? written],
    [
      'event',
      object([
        ['code', code === undefined ? undefined : String(code)],
        ['provider', providerName],
        ['kind', 'event'],
      ]),
    ],
    ['log', object([['level', typeof level === 'number' ? LEVELS[level] : undefined]])],
    ['host', object([['name', computer]])],
    [
      'winlog',
      object([
        ['channel', channel],
        ['provider_name', providerName],
        ['provider_guid', provider?.attributes.get('Guid')],
        ['event_id', code === undefined ? undefined : String(code)],
        ['record_id', String(text('EventRecordID') ?? recordId)],
        ['computer_name', computer],
        ['version', text('Version')],
        ['task', text('Task')],
        ['opcode', text('Opcode')],
        ['keywords', text('Keywords')],
        ['activity_id', correlation?.attributes.get('ActivityID')],
        ['process', processOf(execution)],
        ['user', object([['identifier', system && child(system, 'Security')?.attributes.get('UserID')]])],
        ...data.map((part): [string, Json | undefined] => [part.name === 'EventData' ? 'event_data' : snake(part.name), dataOf(part)]),
      ]),
    ],
  ]) as Json;
}

function processOf(execution: Element | undefined): Json | undefined {
  if (execution === undefined) return undefined;
  return object([
    ['pid', execution.attributes.get('ProcessID')],
    ['thread', object([['id', execution.attributes.get('ThreadID')]])],
  ]);
}

/** `<Data Name="x">v</Data>` is x: v; unnamed values are param1, param2, …; anything else by element name. */
function dataOf(element: Element): Json | undefined {
  const parts = element.children.filter((part): part is Element => typeof part === 'object');
  if (parts.length === 0) {
    const text = textOf(element);
    if (element.attributes.size === 0) return text;
    return object([...element.attributes, ['#text', text]]);
  }
  const entries: [string, Json | undefined][] = [];
  let unnamed = 0;
  for (const part of parts) {
    const name = part.attributes.get('Name');
    if (part.name === 'Data' && name !== undefined) entries.push([String(name), textOf(part)]);
    else if (part.name === 'Data') for (const value of scalars(part)) entries.push([`param${++unnamed}`, value]);
    else entries.push([part.name, dataOf(part)]);
  }
  return object(entries);
}

/** Without prototype, so a value named `__proto__` is a key like any other; undefined when nothing is in it. */
function object(entries: Iterable<readonly [string, Json | undefined]>): Json | undefined {
  const result: { [key: string]: Json } = Object.create(null);
  let empty = true;
  for (const [key, value] of entries) {
    if (value === undefined) continue;
    empty = false;
    const known = result[key];
    result[key] = known === undefined ? value : Array.isArray(known) ? [...known, value] : [known, value];
  }
  return empty ? undefined : result;
}

function child(element: Element, name: string): Element | undefined {
  return element.children.find((part): part is Element => typeof part === 'object' && part.name === name);
}

function scalars(element: Element): Scalar[] {
  return element.children.filter((part): part is Scalar => typeof part !== 'object');
}

function textOf(element: Element | undefined): Scalar | undefined {
  if (element === undefined) return undefined;
  const parts = scalars(element);
  return parts.length <= 1 ? parts[0] : parts.join(element.name === 'Data' ? ' ' : '');
}

function snake(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
}
