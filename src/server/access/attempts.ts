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

  /**
   * Counts as failed until `succeeded`, so that guesses made at once count too. RATE_LIMITED once there were too many; also for the
   * right password.
   */
  async begin(name: string, address: string): Promise<void> {
    const now = this.now();
    if (await this.credentials.attempt(keysOf(name, address), now - WINDOW, now)) return;
    throw new VedetteError('RATE_LIMITED', 'too many failed sign-ins', { hint: 'Wait a quarter of an hour, then try again.' });
  }

  async succeeded(name: string, address: string): Promise<void> {
    for (const { key } of keysOf(name, address)) if (!key.startsWith('address ')) await this.credentials.forgive(key);
  }
}

function keysOf(name: string, address: string): readonly { readonly key: string; readonly limit: number }[] {
  const who = name.slice(0, 64).toLowerCase();
  return [
    { key: `pair ${who} ${address}`, limit: LIMITS.pair },
    { key: `address ${address}`, limit: LIMITS.address },
    { key: `name ${who}`, limit: LIMITS.name },
  ];
}
