import { z } from 'zod';

const BYTES = /^(\d+(?:\.\d+)?)\s*(B|KiB|MiB|GiB|TiB|kB|MB|GB|TB)?$/;
const UNIT_BYTES: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/** `512MiB`, `10GB` or a plain number of bytes in the file; bytes in the program. */
export function byteSize(): z.ZodType<number, string | number> {
  return z.union([z.string(), z.number().int().nonnegative()]).transform((value, context) => {
    if (typeof value === 'number') return value;
    const match = BYTES.exec(value);
    if (match !== null) return Math.floor(Number(match[1]) * (UNIT_BYTES[match[2] ?? 'B'] as number));
    context.addIssue({ code: 'custom', message: `"${value}" is no size; write a number and a unit such as 64KiB, 512MiB or 10GiB` });
    return z.NEVER;
  });
}

/** A share in (0, 1): `0.001` or `0.1%`. */
export function rate(): z.ZodType<number, string | number> {
  return z.union([z.string(), z.number()]).transform((value, context) => {
    const share = typeof value === 'number' ? value : value.endsWith('%') ? Number(value.slice(0, -1)) / 100 : Number(value);
    if (share > 0 && share < 1) return share;
    context.addIssue({ code: 'custom', message: `"${value}" is no rate; write a number between 0 and 1, or a percentage such as 0.1%` });
    return z.NEVER;
  });
}

const ADDRESS = /^(\[[0-9a-fA-F:.]+\]|[^\s:/]+):(\d{1,5})$/;

/** `host:port` or `[v6]:port`. */
export function address(): z.ZodType<string, string> {
  return z.string().refine((text) => {
    const match = ADDRESS.exec(text);
    return match !== null && Number(match[2]) <= 65_535;
  }, 'it must be host:port, such as 127.0.0.1:7734');
}

/** A string that is never printed, logged or hashed in clear; see `redact`. */
export function secret(): z.ZodString {
  return z.string().min(1).meta({ secret: true });
}
