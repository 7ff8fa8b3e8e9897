import type { ExportedFlow } from './exported-flow.ts';
import { type ExportClock, readFlow } from './flow-record.ts';
import { Reader } from './reader.ts';
import { type FlowTemplate, type FlowTemplates, readFields } from './templates.ts';

export interface TemplateDatagram {
  readonly flows: readonly ExportedFlow[];
  readonly sequence: number;
  readonly domain: number;
  /** When the exporter sent it, by its own clock. */
  readonly exportMicros: number;
  /** Data sets whose template has not come yet: they cannot be read. */
  readonly unknownSets: number;
  /** Data records, flows and options: what IPFIX counts in its sequence. */
  readonly records: number;
  /** One packet in so many, where options of this datagram say so. */
  readonly sampling: number | undefined;
}

interface Kind {
  readonly templateSet: number;
  readonly optionsSet: number;
  readonly enterprises: boolean;
}

const V9: Kind = { templateSet: 0, optionsSet: 1, enterprises: false };
const IPFIX: Kind = { templateSet: 2, optionsSet: 3, enterprises: true };

/** NetFlow version 9 (RFC 3954), after the version field. */
export function readNetFlowV9(reader: Reader, exporter: string, templates: FlowTemplates): TemplateDatagram {
  reader.skip(2);
  const uptimeMillis = reader.u32();
  const exportMicros = reader.u32() * 1e6;
  const sequence = reader.u32();
  const domain = reader.u32();
  const clock = { exportMicros, bootMicros: exportMicros - uptimeMillis * 1000 };
  return { sequence, domain, exportMicros, ...readSets(reader, V9, `${exporter}/9/${domain}`, templates, clock) };
}

/** IPFIX (RFC 7011), after the version field. */
export function readIpfix(reader: Reader, exporter: string, templates: FlowTemplates): TemplateDatagram {
  const length = reader.u16();
  const whole = new Reader(reader.bytes, reader.at, reader.at - 4 + length);
  const exportMicros = whole.u32() * 1e6;
  const sequence = whole.u32();
  const domain = whole.u32();
  const clock = { exportMicros, bootMicros: Number.NaN };
  return { sequence, domain, exportMicros, ...readSets(whole, IPFIX, `${exporter}/10/${domain}`, templates, clock) };
}

function readSets(reader: Reader, kind: Kind, domain: string, templates: FlowTemplates, clock: ExportClock) {
  const flows: ExportedFlow[] = [];
  let unknownSets = 0;
  let records = 0;
  let sampling: number | undefined;
  while (reader.left >= 4) {
    const id = reader.u16();
    const length = reader.u16();
    if (length < 4) throw new RangeError(`a set of ${length} bytes`);
    const set = reader.part(length - 4);
    if (id === kind.templateSet) readTemplates(set, kind, domain, templates);
    else if (id === kind.optionsSet) readOptionTemplates(set, kind, domain, templates);
    else if (id >= 256) {
      const template = templates.get(domain, id);
      if (template === undefined) {
        unknownSets++;
        continue;
      }
      for (; set.left >= template.least; records++) {
        const flow = readFlow(set, template, clock);
        if (template.scope > 0) sampling = flow.sampling ?? sampling;
        else flows.push(flow);
      }
    }
  }
  return { flows, unknownSets, records, sampling };
}

function readTemplates(set: Reader, kind: Kind, domain: string, templates: FlowTemplates): void {
  while (set.left >= 4) {
    const id = set.u16();
    const count = set.u16();
    if (id < 256) return;
    if (count === 0) templates.withdraw(domain, id);
    else templates.set(domain, id, readFields(set, count, 0, kind.enterprises));
  }
}

function readOptionTemplates(set: Reader, kind: Kind, domain: string, templates: FlowTemplates): void {
  while (set.left >= 6) {
    const id = set.u16();
    const first = set.u16();
    const second = set.u16();
    if (id < 256) return;
    // Version 9 gives the bytes of scope and of options, IPFIX the number of all fields and of those of the scope.
    const count = kind.enterprises ? first : (first + second) / 4;
    const scope = kind.enterprises ? second : first / 4;
    templates.set(domain, id, optionTemplate(set, count, scope, kind));
  }
}

/** Scope fields of version 9 are numbered apart: their numbers must not be taken for information elements. */
function optionTemplate(set: Reader, count: number, scope: number, kind: Kind): FlowTemplate {
  const template = readFields(set, count, Math.max(1, scope), kind.enterprises);
  const fields = template.fields.map((field, i) => (i < scope && !kind.enterprises ? { ...field, enterprise: -1 } : field));
  return { ...template, fields };
}
