import type { Micros } from '../../core/index.ts';
import type { AuditEntry, Page } from '../contract.ts';

/** Who may use a home, kept in `<home>/home.db`. Secrets are stored as hashes made by the caller: never in the clear. */
export interface UserStore {
  readonly accounts: AccountStore;
  readonly credentials: CredentialStore;
  readonly journal: HomeJournalStore;
}

export interface Membership {
  readonly tenant: string;
  readonly role: string;
}

export interface User {
  readonly id: string;
  readonly name: string;
  readonly administrator: boolean;
  readonly disabled: boolean;
  readonly createdAt: Micros;
  readonly lastSignIn: Micros | null;
  /** Sorted by tenant. */
  readonly memberships: readonly Membership[];
}

export interface UserChange {
  readonly passwordHash?: string;
  readonly administrator?: boolean;
  readonly disabled?: boolean;
  /** Replaces all. */
  readonly memberships?: readonly Membership[];
}

export interface AccountStore {
  /** USAGE when the name is taken. */
  create(user: Omit<User, 'lastSignIn' | 'disabled'> & { readonly passwordHash: string }): Promise<User>;
  get(id: string): Promise<User | undefined>;
  /** With the password hash, for signing in. */
  byName(name: string): Promise<(User & { readonly passwordHash: string }) | undefined>;
  list(): Promise<readonly User[]>;
  /** USAGE when there is no such user, or nobody would be left to administer. */
  change(id: string, change: UserChange): Promise<User>;
  /** With sessions, tokens and memberships. */
  remove(id: string): Promise<boolean>;
  signedIn(id: string, at: Micros): Promise<void>;
  count(): Promise<number>;
}

export interface Session {
  readonly userId: string;
  readonly createdAt: Micros;
  readonly expiresAt: Micros;
}

export interface ApiToken {
  readonly id: string;
  readonly name: string;
  readonly tenant: string;
  readonly userId: string;
  readonly scopes: readonly string[];
  readonly createdAt: Micros;
  readonly expiresAt: Micros;
  readonly lastUsed: Micros | null;
}

/** `hash` is SHA-256 (hex) of a random 256-bit secret. */
export interface CredentialStore {
  addSession(hash: string, session: Session): Promise<void>;
  /** Undefined when unknown or past its time. */
  session(hash: string, now: Micros): Promise<Session | undefined>;
  endSession(hash: string): Promise<void>;
  /** Of a user, but for the one given. */
  endSessions(userId: string, except?: string): Promise<void>;
  addToken(hash: string, token: ApiToken): Promise<void>;
  token(hash: string, now: Micros): Promise<ApiToken | undefined>;
  tokens(tenant: string): Promise<readonly ApiToken[]>;
  tokenUsed(id: string, at: Micros): Promise<void>;
  revokeToken(tenant: string, id: string): Promise<boolean>;
  /** Replaces links made before: one is valid at a time. */
  addLink(hash: string, expiresAt: Micros): Promise<void>;
  /** True once for a link within its time. */
  redeemLink(hash: string, now: Micros): Promise<boolean>;
  /** Counts an attempt to sign in under every key (a user name, an address); false, and nothing is counted, where one has reached its limit since. */
  attempt(keys: readonly { readonly key: string; readonly limit: number }[], since: Micros, at: Micros): Promise<boolean>;
  forgive(key: string): Promise<void>;
  /** Removes what has expired. */
  prune(now: Micros): Promise<void>;
}

/** Rates of one tenant at one moment, for sparklines; plain JSON. */
export interface Sample {
  readonly at: Micros;
  readonly body: Readonly<Record<string, number | null>>;
}

export interface HomeJournalStore {
  audit(entry: AuditEntry): Promise<void>;
  /** Newest first. */
  auditLog(query?: { readonly limit?: number; readonly cursor?: string }): Promise<Page<AuditEntry>>;
  addSample(tenant: string, sample: Sample): Promise<void>;
  /** Oldest first. */
  samples(tenant: string, from: Micros): Promise<readonly Sample[]>;
  /** Undefined without any. */
  firstSample(tenant: string): Promise<Micros | undefined>;
  pruneSamples(before: Micros): Promise<void>;
}
