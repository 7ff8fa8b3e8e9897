import type { ApplicationEvent } from '../../../core/index.ts';
import type { FlowApplication } from './record.ts';

/** Fields of flows that said something, by slot; the first of each kind counts. */
export class ApplicationFields {
  readonly #bySlot = new Map<number, FlowApplication>();

  note(slot: number, event: ApplicationEvent): void {
    if (event.kind === 'tls-record' || event.kind === 'dhcp' || event.kind === 'http-response') return;
    let fields = this.#bySlot.get(slot);
    if (fields === undefined) {
      fields = {};
      this.#bySlot.set(slot, fields);
    }
    if (event.kind === 'dns') {
      fields.dnsQuery ??= event.name;
      fields.dnsType ??= event.type;
      if (event.response) fields.dnsCode ??= event.code;
    } else if (event.kind === 'tls') {
      fields.serverName ??= event.serverName;
      fields.ja3 ??= event.ja3;
      fields.ja4 ??= event.ja4;
    } else if (event.kind === 'http') {
      fields.httpMethod ??= event.method;
      fields.httpHost ??= event.host;
      fields.httpUserAgent ??= event.userAgent;
    } else fields.banner ??= event.service;
  }

  /** Of the slots that have any. */
  snapshot(order: Int32Array): [index: number, FlowApplication][] {
    if (this.#bySlot.size === 0) return [];
    return [...order].flatMap((slot, index) => {
      const fields = this.#bySlot.get(slot);
      return fields === undefined ? [] : [[index, { ...fields }] as [number, FlowApplication]];
    });
  }

  restore(fields: readonly (readonly [index: number, FlowApplication])[], order: Int32Array): void {
    this.#bySlot.clear();
    for (const [index, said] of fields) this.#bySlot.set(order[index] as number, { ...said });
  }

  take(slot: number): FlowApplication | undefined {
    const fields = this.#bySlot.get(slot);
    if (fields !== undefined) this.#bySlot.delete(slot);
    return fields;
  }
}
