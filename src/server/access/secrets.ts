import { randomBytes } from 'node:crypto';
import { sha256Hex, VedetteError } from '../../core/index.ts';

/** OWASP's minimum for argon2id: 19 MiB, two passes, one lane. */
const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
const AT_ONCE = 2;
const WAITING = 32;

/** A secret with 256 bits of chance, for sessions, tokens and links; what is stored is `hashSecret` of it. */
export const newSecret = (): string => randomBytes(32).toString('base64url');
export const hashSecret = (secret: string): string => sha256Hex(secret);

let running = 0;
const queue: (() => void)[] = [];

/** Few at once: every one takes 19 MiB and tens of milliseconds of a core, and anybody may ask for one. */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE) {
    if (queue.length >= WAITING)
      throw new VedetteError('RATE_LIMITED', 'too many sign-ins at once', { hint: 'Try again in a few seconds.' });
    await new Promise<void>((resolve) => queue.push(resolve));
  }
  running++;
  try {
    return await work();
  } finally {
    running--;
    queue.shift()?.();
  }
}

export async function hashPassword(password: string): Promise<string> {
  const { hash } = await import('@node-rs/argon2');
  return inTurn(() => hash(password, ARGON2));
}

let decoy: Promise<string> | undefined;

/** Takes as long for a name that nobody has (`stored` undefined): the time tells nothing. */
export async function verifyPassword(stored: string | undefined, password: string): Promise<boolean> {
  const { verify } = await import('@node-rs/argon2');
  decoy ??= hashPassword(newSecret());
  const against = stored ?? (await decoy);
  const right = await inTurn(() => verify(against, password));
  return right && stored !== undefined;
}
