import { addressText, type EventBatch, FRAGMENT, type PacketBatch, PROTOCOL } from '../../../core/index.ts';
import { type SensorRow, sensorBatches } from '../../sensor/batch.ts';
import { isPublic } from './address.ts';
import { certificateMatch, serverCertificate } from './certificate.ts';
import { type Session, Sessions } from './sessions.ts';
import type { SignatureMatch } from './signature.ts';
import { isSmb2, smbMatches } from './smb.ts';
import { answerMatch, bodyMatch, requestMatch } from './web.ts';

/** The same of the same two hosts is told once an hour. */
const AGAIN_AFTER = 3_600_000_000;
const MOST_TOLD = 16_384;
const HANDSHAKE = 22;
const SERVER_MESSAGES = new Set([2, 11]);

interface State {
  readonly sessions: readonly (readonly [string, Session])[];
  readonly told: readonly (readonly [string, number])[];
}

/**
 * What payloads show that has a name: administrative shares and programs over SMB, WinRM, programs over HTTP, posts to bare addresses,
 * self-signed servers. Segments are read one by one, without joining them; of a connection a few facts are kept, in bounded memory.
 */
export class PacketSignatures {
  private readonly sessions = new Sessions();
  private readonly told = new Map<string, number>();

  /** Events of kind `signature`. */
  take(batch: PacketBatch, source: string): EventBatch[] {
    const rows: SensorRow[] = [];
    const tell = (row: number, forward: boolean, match: SignatureMatch | undefined): void => {
      if (match !== undefined && this.isNews(batch, row, forward, match)) rows.push(rowOf(batch, row, forward, match));
    };
    const asked = new Map(
      batch.application.flatMap((event) => (event.kind === 'http' || event.kind === 'tls' ? [[event.row, event]] : [])),
    );
    for (let row = 0; row < batch.rows; row++) {
      if (batch.protocol[row] !== PROTOCOL.tcp || batch.fragment[row] === FRAGMENT.later) continue;
      const [start, end] = [batch.payloadStart[row] as number, batch.payloadEnd[row] as number];
      if (end <= start) continue;
      const { bytes } = batch;
      const event = asked.get(row);
      if (event?.kind === 'http') {
        const match = requestMatch(event.method, event.host, event.path, batch.destinationPort[row] as number);
        if (match?.signature.engine === 'packets' || isPublic(batch.addresses, row * 8 + 4)) tell(row, true, match);
      } else if (event?.kind === 'tls') {
        const key = keyOf(batch, row, true);
        if (event.serverName === '') this.sessions.open(key).nameless = true;
        else this.sessions.end(key);
      } else if (isSmb2(bytes, start, end)) {
        const forward = ((bytes[start + 20] as number) & 1) === 0;
        const session = this.sessions.open(keyOf(batch, row, forward));
        for (const match of smbMatches(bytes, start, end, session)) tell(row, forward, match);
      } else if (bytes[start] === 0x48 && bytes[start + 1] === 0x54 && bytes[start + 4] === 0x2f) {
        // "HTTP/"
        const session = this.sessions.open(keyOf(batch, row, false));
        tell(row, false, answerMatch(bytes, start, end, session));
      } else if (bytes[start] === 0x4d && bytes[start + 1] === 0x5a) {
        const session = this.sessions.get(keyOf(batch, row, false));
        if (session?.body !== undefined) tell(row, false, bodyMatch(bytes, start, end, session.body));
      } else if (bytes[start] === HANDSHAKE && SERVER_MESSAGES.has(bytes[start + 5] as number) && isPublic(batch.addresses, row * 8)) {
        const session = this.sessions.get(keyOf(batch, row, false));
        const certificate = session?.nameless === true ? serverCertificate(bytes, start, end) : undefined;
        if (certificate !== undefined) tell(row, false, certificateMatch(certificate));
      }
    }
    return rows.length === 0 ? [] : sensorBatches(rows, source, batch.input);
  }

  snapshot(): State {
    return { sessions: this.sessions.snapshot(), told: [...this.told] };
  }

  restore({ sessions, told }: State): void {
    this.sessions.restore(sessions);
    this.told.clear();
    for (const [key, time] of told) this.told.set(key, time);
  }

  private isNews(batch: PacketBatch, row: number, forward: boolean, { signature, detail }: SignatureMatch): boolean {
    const { from, to } = endsOf(batch, row, forward);
    const key = `${from} ${to} ${signature.id} ${detail}`;
    const time = batch.time[row] as number;
    const last = this.told.get(key);
    if (last !== undefined && Math.abs(time - last) < AGAIN_AFTER) return false;
    this.told.delete(key);
    this.told.set(key, time);
    if (this.told.size > MOST_TOLD) this.told.delete(this.told.keys().next().value as string);
    return true;
  }
}

/** Client and server; `forward`: the packet goes from client to server. */
function endsOf({ addresses }: PacketBatch, row: number, forward: boolean): { readonly from: string; readonly to: string } {
  const [sender, receiver] = [addressText(addresses, row * 8), addressText(addresses, row * 8 + 4)];
  return forward ? { from: sender, to: receiver } : { from: receiver, to: sender };
}

function portsOf({ sourcePort, destinationPort }: PacketBatch, row: number, forward: boolean): readonly [number, number] {
  const [sender, receiver] = [sourcePort[row] as number, destinationPort[row] as number];
  return forward ? [sender, receiver] : [receiver, sender];
}

function keyOf(batch: PacketBatch, row: number, forward: boolean): string {
  const { from, to } = endsOf(batch, row, forward);
  const [client, server] = portsOf(batch, row, forward);
  return `${batch.sensor} ${from} ${client} ${to} ${server}`;
}

/** The source of the event is the client, whoever sent the packet. */
function rowOf(batch: PacketBatch, row: number, forward: boolean, { signature, detail }: SignatureMatch): SensorRow {
  const { from, to } = endsOf(batch, row, forward);
  const [sourcePort, destinationPort] = portsOf(batch, row, forward);
  return {
    kind: 'signature',
    values: {
      time: batch.time[row] as number,
      ...{ sourceAddress: from, sourcePort, destinationAddress: to, destinationPort },
      protocol: PROTOCOL.tcp,
      engine: signature.engine,
      rule: signature.title,
      ruleId: signature.id,
      severity: signature.severity,
      technique: signature.technique,
    },
    attributes: detail === '' ? undefined : JSON.stringify({ msg: detail }),
    offset: batch.offset[row] as number,
    line: batch.firstNumber + row,
    length: 0,
  };
}
