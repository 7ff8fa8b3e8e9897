export type Scalar = string | number | boolean;

const utf16 = new TextDecoder('utf-16le');
const latin1 = new TextDecoder('latin1');

/** Characters up to the first NUL. */
export function utf16Text(bytes: Uint8Array): string {
  const text = utf16.decode(bytes.subarray(0, bytes.length & ~1));
  const end = text.indexOf('\0');
  return end === -1 ? text : text.slice(0, end);
}

/** Windows FILETIME (100 ns since 1601) as ISO 8601 with as many digits as it has. */
export function fileTime(ticks: bigint): string {
  const sinceEpoch = ticks - 116_444_736_000_000_000n;
  const seconds = sinceEpoch >= 0n ? sinceEpoch / 10_000_000n : (sinceEpoch - 9_999_999n) / 10_000_000n;
  const date = new Date(Number(seconds) * 1000);
  if (Number.isNaN(date.getTime())) return String(ticks);
  const fraction = String(sinceEpoch - seconds * 10_000_000n)
    .padStart(7, '0')
    .replace(/0+$/, '');
  return `${date.toISOString().slice(0, -5)}${fraction === '' ? '' : `.${fraction}`}Z`;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function guid(view: DataView, at: number): string {
  const word = (value: number, digits: number) => value.toString(16).padStart(digits, '0');
  const tail = hex(new Uint8Array(view.buffer, view.byteOffset + at + 8, 8));
  const head = `${word(view.getUint32(at, true), 8)}-${word(view.getUint16(at + 4, true), 4)}-${word(view.getUint16(at + 6, true), 4)}`;
  return `{${head}-${tail.slice(0, 4)}-${tail.slice(4)}}`.toUpperCase();
}

function sid(view: DataView, at: number, length: number): string {
  const count = Math.min(view.getUint8(at + 1), Math.floor((length - 8) / 4));
  const authority = view.getUint16(at + 2) * 2 ** 32 + view.getUint32(at + 4);
  let text = `S-${view.getUint8(at)}-${authority}`;
  for (let i = 0; i < count; i++) text += `-${view.getUint32(at + 8 + 4 * i, true)}`;
  return text;
}

function systemTime(view: DataView, at: number): string {
  const part = (i: number, digits: number) => String(view.getUint16(at + 2 * i, true)).padStart(digits, '0');
  return `${part(0, 4)}-${part(1, 2)}-${part(3, 2)}T${part(4, 2)}:${part(5, 2)}:${part(6, 2)}.${part(7, 3)}Z`;
}

/** 64-bit integers beyond 2^53 stay exact as text. */
function integer(value: bigint): Scalar {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : String(value);
}

/** Bytes of one element of an array, by base type; 0: elements are NUL-terminated text. */
const WIDTHS: Record<number, number> = {
  1: 0,
  2: 0,
  3: 1,
  4: 1,
  5: 2,
  6: 2,
  7: 4,
  8: 4,
  9: 8,
  10: 8,
  11: 4,
  12: 8,
  13: 4,
  15: 16,
  17: 8,
  18: 16,
  20: 4,
  21: 8,
};

/** One substitution value of BinXML; undefined for null and for an empty value. */
export function substitutionValue(type: number, view: DataView, at: number, length: number): Scalar | Scalar[] | undefined {
  if (type === 0 || length === 0) return undefined;
  if (type >= 0x80) return arrayOf(type & 0x7f, view, at, length);
  const bytes = new Uint8Array(view.buffer, view.byteOffset + at, length);
  switch (type) {
    case 1:
      return utf16Text(bytes);
    case 2:
      return latin1.decode(bytes).replace(/\0.*$/s, '');
    case 3:
      return view.getInt8(at);
    case 4:
      return view.getUint8(at);
    case 5:
      return view.getInt16(at, true);
    case 6:
      return view.getUint16(at, true);
    case 7:
      return view.getInt32(at, true);
    case 8:
      return view.getUint32(at, true);
    case 9:
      return integer(view.getBigInt64(at, true));
    case 10:
      return integer(view.getBigUint64(at, true));
    case 11:
      return view.getFloat32(at, true);
    case 12:
      return view.getFloat64(at, true);
    case 13:
      return view.getUint32(at, true) !== 0;
    case 15:
      return guid(view, at);
    case 16:
      return `0x${(length === 8 ? view.getBigUint64(at, true) : view.getUint32(at, true)).toString(16)}`;
    case 17:
      return fileTime(view.getBigUint64(at, true));
    case 18:
      return systemTime(view, at);
    case 19:
      return sid(view, at, length);
    case 20:
      return `0x${view.getUint32(at, true).toString(16)}`;
    case 21:
      return `0x${view.getBigUint64(at, true).toString(16)}`;
    default:
      return hex(bytes).toUpperCase();
  }
}

function arrayOf(type: number, view: DataView, at: number, length: number): Scalar[] {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + at, length);
  if (type === 1)
    return utf16
      .decode(bytes.subarray(0, length & ~1))
      .replace(/\0$/, '')
      .split('\0');
  if (type === 2) return latin1.decode(bytes).replace(/\0$/, '').split('\0');
  const width = WIDTHS[type];
  if (width === undefined || width === 0) return [hex(bytes).toUpperCase()];
  const values: Scalar[] = [];
  for (let i = 0; i + width <= length; i += width) {
    const value = substitutionValue(type, view, at + i, width);
    if (value !== undefined && !Array.isArray(value)) values.push(value);
  }
  return values;
}
