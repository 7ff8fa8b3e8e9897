import { isProgram } from './program.ts';
import type { Session } from './sessions.ts';
import { withOne } from './sessions.ts';
import { SIGNATURES, type SignatureMatch, shownText } from './signature.ts';

/** NetBIOS session header, then the header of SMB 2 ([MS-SMB2] 2.2.1). */
const NETBIOS = 4;
const HEADER = 64;
const COMMAND = { treeConnect: 3, treeDisconnect: 4, read: 8, write: 9 } as const;
/** Shares that Windows makes for administrators: a drive letter, or the folder of the system. */
const ADMINISTRATIVE = /\\(admin|[a-z])\$$/i;
const MOST_COMPOUND = 16;

export function isSmb2(bytes: Uint8Array, start: number, end: number): boolean {
  const at = start + NETBIOS;
  return (
    end - at >= HEADER &&
    bytes[start] === 0 &&
    bytes[at] === 0xfe &&
    bytes[at + 1] === 0x53 &&
    bytes[at + 2] === 0x4d &&
    bytes[at + 3] === 0x42
  );
}

/** Shares opened and programs copied in the SMB 2 messages of a segment; encrypted ones (SMB 3) say nothing. */
export function smbMatches(bytes: Uint8Array, start: number, end: number, session: Session): SignatureMatch[] {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
  const found: SignatureMatch[] = [];
  let at = NETBIOS;
  for (let message = 0; message < MOST_COMPOUND && view.length - at >= HEADER && view.readUInt32BE(at) === 0xfe534d42; message++) {
    const match = messageMatch(view, at, session);
    if (match !== undefined) found.push(match);
    const next = view.readUInt32LE(at + 20);
    if (next < HEADER || next % 8 !== 0) break;
    at += next;
  }
  return found;
}

function messageMatch(view: Buffer, at: number, session: Session): SignatureMatch | undefined {
  const command = view.readUInt16LE(at + 12);
  const answers = (view.readUInt8(at + 16) & 1) !== 0;
  const body = at + HEADER;
  const tree = view.readUInt32LE(at + 36);
  const message = view.subarray(at + 24, at + 32).toString('hex');
  if (command === COMMAND.treeConnect) return answers ? opened(view, at, tree, message, session) : asked(view, at, body, message, session);
  if (command === COMMAND.treeDisconnect && answers) session.shares = session.shares.filter(([known]) => known !== tree);
  const share = session.shares.find(([known]) => known === tree)?.[1];
  if (command === COMMAND.write && !answers) {
    if (view.length < body + 16 || view.readBigUInt64LE(body + 8) !== 0n) return undefined;
    const data = at + view.readUInt16LE(body + 2);
    if (data < body || !isProgram(view, data)) return undefined;
    const signature = share === undefined ? SIGNATURES.programWritten : SIGNATURES.programToAdminShare;
    return { signature, detail: share ?? '' };
  }
  if (command === COMMAND.read && answers && share !== undefined && view.length >= body + 4) {
    const data = at + view.readUInt8(body + 2);
    if (data >= body && isProgram(view, data)) return { signature: SIGNATURES.programFromAdminShare, detail: share };
  }
  return undefined;
}

function asked(view: Buffer, at: number, body: number, message: string, session: Session): SignatureMatch | undefined {
  if (view.length < body + 8) return undefined;
  const from = at + view.readUInt16LE(body + 4);
  const path = view.subarray(from, Math.min(view.length, from + view.readUInt16LE(body + 6))).toString('utf16le');
  if (from < body || !ADMINISTRATIVE.test(path)) return undefined;
  const share = shownText(path);
  session.waiting = withOne(session.waiting, [message, share]);
  return { signature: SIGNATURES.adminShare, detail: share };
}

function opened(view: Buffer, at: number, tree: number, message: string, session: Session): undefined {
  const share = session.waiting.find(([id]) => id === message)?.[1];
  if (share === undefined) {
    // The number may stand for another share now.
    session.shares = session.shares.filter(([known]) => known !== tree);
    return;
  }
  session.waiting = session.waiting.filter(([id]) => id !== message);
  if (view.readUInt32LE(at + 8) === 0) session.shares = withOne(session.shares, [tree, share]);
}
