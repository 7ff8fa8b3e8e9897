import { randomUUID } from 'node:crypto';
import { MICROS_PER_SECOND, type Micros, VedetteError } from '../../core/index.ts';
import type { User, UserStore } from '../../store/index.ts';
import { ROLES, type Role } from '../api/contract.ts';
import { SignInAttempts } from './attempts.ts';
import type { Identity } from './oidc.ts';
import type { Principal } from './principal.ts';
import { hashPassword, hashSecret, newSecret, verifyPassword } from './secrets.ts';

export const SESSION_AGE: Micros = 12 * 3600 * MICROS_PER_SECOND;
const LINK_AGE: Micros = 24 * 3600 * MICROS_PER_SECOND;
const CACHED_MILLIS = 5_000;
const CACHED = 10_000;
export const TOKEN_PREFIX = 'vdt_';

export interface SignedIn {
  readonly principal: Principal;
  /** For the cookie; never stored. */
  readonly secret: string;
}

/** Sessions, tokens and the one-time link. What was found out of a secret is remembered for five seconds or until a change. */
export class SignIn {
  private readonly users: UserStore;
  private readonly now: () => Micros;
  private readonly attempts: SignInAttempts;
  private readonly cache = new Map<string, { readonly principal: Principal | undefined; readonly until: number }>();

  constructor(users: UserStore, now: () => Micros) {
    this.users = users;
    this.now = now;
    this.attempts = new SignInAttempts(users.credentials, now);
  }

  async signIn(name: string, password: string, address: string): Promise<SignedIn> {
    await this.attempts.begin(name, address);
    const user = await this.users.accounts.byName(name.toLowerCase());
    const right = await verifyPassword(user?.passwordHash, password);
    if (!right || user === undefined || user.disabled)
      throw new VedetteError('UNAUTHENTICATED', 'name or password is wrong', {
        hint: 'An administrator can set a new password; `vedette up` on the host prints how to get back in.',
      });
    await this.attempts.succeeded(name, address);
    return this.open(user);
  }

  /** Uses the one-time link: makes (or takes back) an administrator of that name. */
  async setup(token: string, name: string, password: string, address: string): Promise<SignedIn> {
    await this.attempts.begin('', address);
    const passwordHash = await hashPassword(password);
    if (!(await this.users.credentials.redeemLink(hashSecret(token), this.now()))) {
      throw new VedetteError('FORBIDDEN', 'the link was used already or is too old', { hint: 'Start vedette again to get a new one.' });
    }
    await this.attempts.succeeded('', address);
    const known = await this.users.accounts.byName(name);
    if (known !== undefined) await this.users.credentials.endSessions(known.id);
    const user =
      known === undefined
        ? await this.users.accounts.create({
            ...{ id: randomUUID(), name, passwordHash, administrator: true, createdAt: this.now(), memberships: [] },
          })
        : await this.users.accounts.change(known.id, { passwordHash, administrator: true, disabled: false });
    this.forget();
    return this.open(user);
  }

  /** Somebody whom an identity provider vouches for; roles are those it names now. */
  async vouched({ id, name, memberships }: Identity): Promise<SignedIn> {
    const { accounts } = this.users;
    const known = await accounts.get(id);
    if (known?.disabled === true) throw new VedetteError('FORBIDDEN', `${known.name} is disabled`, { hint: 'Ask an administrator.' });
    const user =
      known === undefined
        ? await accounts.create({
            ...{ id, name, memberships, administrator: false, createdAt: this.now() },
            // Of a secret that nobody has: there is no password to sign in with.
            passwordHash: await hashPassword(newSecret()),
          })
        : await accounts.change(id, { memberships });
    this.forget();
    return this.open(user);
  }

  private async open(user: User): Promise<SignedIn> {
    const secret = newSecret();
    const now = this.now();
    const session = { userId: user.id, createdAt: now, expiresAt: now + SESSION_AGE };
    await this.users.credentials.addSession(hashSecret(secret), session);
    await this.users.accounts.signedIn(user.id, now);
    return { secret, principal: principalOf(user, 'session', hashSecret(secret), session.expiresAt) };
  }

  /** The principal of a session's secret. */
  session(secret: string): Promise<Principal | undefined> {
    return this.cached(hashSecret(secret), async (hash) => {
      const session = await this.users.credentials.session(hash, this.now());
      const user = session && (await this.users.accounts.get(session.userId));
      return user === undefined || user.disabled || session === undefined
        ? undefined
        : principalOf(user, 'session', hash, session.expiresAt);
    });
  }

  /** The principal of an API token. */
  token(secret: string): Promise<Principal | undefined> {
    if (!secret.startsWith(TOKEN_PREFIX)) return Promise.resolve(undefined);
    return this.cached(hashSecret(secret), async (hash) => {
      const token = await this.users.credentials.token(hash, this.now());
      const user = token && (await this.users.accounts.get(token.userId));
      if (token === undefined || user === undefined || user.disabled) return undefined;
      await this.users.credentials.tokenUsed(token.id, this.now());
      const limited = { tenant: token.tenant, scopes: new Set(token.scopes) };
      return { ...principalOf(user, 'token', hash, token.expiresAt), name: `${user.name}/${token.name}`, token: limited };
    });
  }

  async signOut(principal: Principal): Promise<void> {
    if (principal.by === 'session') await this.users.credentials.endSession(principal.hash);
    this.forget();
  }

  async changePassword(principal: Principal, current: string, password: string, address: string): Promise<void> {
    const user = principal.userId === undefined ? undefined : await this.users.accounts.get(principal.userId);
    if (principal.by !== 'session' || user === undefined)
      throw new VedetteError('FORBIDDEN', 'only a signed-in user has a password to change');
    await this.attempts.begin(user.name, address);
    const stored = await this.users.accounts.byName(user.name);
    if (!(await verifyPassword(stored?.passwordHash, current))) throw new VedetteError('FORBIDDEN', 'the current password is wrong');
    await this.attempts.succeeded(user.name, address);
    await this.users.accounts.change(user.id, { passwordHash: await hashPassword(password) });
    await this.users.credentials.endSessions(user.id, principal.hash);
    this.forget();
  }

  /** Something about users, sessions or tokens changed. */
  forget(): void {
    this.cache.clear();
  }

  private async cached(hash: string, find: (hash: string) => Promise<Principal | undefined>): Promise<Principal | undefined> {
    const known = this.cache.get(hash);
    if (known !== undefined && known.until > Date.now()) {
      const { principal } = known;
      return principal?.expiresAt != null && principal.expiresAt <= this.now() ? undefined : principal;
    }
    const principal = await find(hash);
    if (this.cache.size >= CACHED) this.cache.clear();
    if (principal !== undefined) this.cache.set(hash, { principal, until: Date.now() + CACHED_MILLIS });
    return principal;
  }
}

/** A link for whoever sits at the host: the path to open, with its token after `#`, where no server log sees it. Older links end. */
export async function newAdminLink(users: UserStore, now: Micros): Promise<{ path: string; expiresAt: Micros }> {
  const token = newSecret();
  const expiresAt = now + LINK_AGE;
  await users.credentials.addLink(hashSecret(token), expiresAt);
  return { path: `/welcome#${token}`, expiresAt };
}

function principalOf(user: User, by: 'session' | 'token', hash: string, expiresAt: Micros): Principal {
  const memberships = user.memberships.filter((one): one is { tenant: string; role: Role } => ROLES.includes(one.role as Role));
  return {
    by,
    userId: user.id,
    name: user.name,
    administrator: user.administrator,
    memberships: new Map(memberships.map(({ tenant, role }) => [tenant, role])),
    expiresAt,
    hash,
  };
}
