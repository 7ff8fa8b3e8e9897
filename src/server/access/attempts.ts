import { type Micros, VedetteError } from '../../core/index.ts';
import type { CredentialStore } from '../../store/index.ts';

const WINDOW: Micros = 15 * 60 * 1_000_000;

/** Failed sign-ins allowed in a quarter of an hour: of a name from one address, from one address, of a name from anywhere. */
const LIMITS = { pair: 5, address: 20, name: 50 } as const;

/** Limits guessing of passwords; kept in the store, so that a restart forgives nothing. */
export class SignInAttempts {
  private readonly credentials: CredentialStore;
  private readonly now: () => Micros;

  constructor(credentials: CredentialStore, now: () => Micros) {
    this.credentials = credentials;
    this.now = now;
  }

  /** RATE_LIMITED once there were too many failures; also for the right password. */
  async check(name: string, address: string): Promise<void> {
    const since = this.now() - WINDOW;
    for (const [key, limit] of keysOf(name, address)) {
      if ((await this.credentials.failures(key, since)) >= limit)
        throw new VedetteError('RATE_LIMITED', 'too many failed sign-ins', { hint: 'Wait a quarter of an hour, then try again.' });
    }
  }

  async failed(name: string, address: string): Promise<void> {
    const at = this.now();
    for (const [key] of keysOf(name, address)) await this.credentials.failed(key, at);
  }

  async succeeded(name: string, address: string): Promise<void> {
    for (const [key] of keysOf(name, address)) if (!key.startsWith('address ')) await this.credentials.forgive(key);
  }
}

function keysOf(name: string, address: string): readonly (readonly [string, number])[] {
  const who = name.slice(0, 64).toLowerCase();
  return [
    [`pair ${who} ${address}`, LIMITS.pair],
    [`address ${address}`, LIMITS.address],
    [`name ${who}`, LIMITS.name],
  ];
}
