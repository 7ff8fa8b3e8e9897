import { randomBytes } from 'node:crypto';
import type { Configuration } from 'openid-client';
import type { OidcConfig } from '../../config/index.ts';
import { type Micros, sha256Hex, VedetteError } from '../../core/index.ts';
import type { User } from '../../store/index.ts';
import { API_PREFIX, ROLES, type Role } from '../api/contract.ts';

export const OIDC_PATH = `${API_PREFIX}/session/oidc`;
/** Time somebody has to sign in at the provider. */
export const OIDC_AGE: Micros = 10 * 60 * 1_000_000;
const PENDING = 1_000;

interface Attempt {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly until: Micros;
}

/** Whom the provider vouches for: `id` follows from issuer and subject, which names can't be made to match. */
export interface Identity {
  readonly id: string;
  readonly name: string;
  readonly memberships: User['memberships'];
}

/** Authorization code flow with PKCE, state and nonce, each bound to the browser that began and good for one use. */
export class OidcSignIn {
  private readonly now: () => Micros;
  private readonly attempts = new Map<string, Attempt>();
  private provider: { readonly of: OidcConfig; readonly found: Promise<Configuration> } | undefined;

  constructor(now: () => Micros) {
    this.now = now;
  }

  /** Where to send the browser, and what its cookie holds until it comes back. */
  async begin(config: OidcConfig): Promise<{ readonly url: string; readonly attempt: string }> {
    const client = await import('openid-client');
    const provider = await this.discovered(config);
    const [state, nonce, verifier] = [client.randomState(), client.randomNonce(), client.randomPKCECodeVerifier()];
    const url = client.buildAuthorizationUrl(provider, {
      ...{ redirect_uri: callbackOf(config), scope: config.scopes.join(' '), state, nonce },
      ...{ code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' },
    });
    const attempt = randomBytes(32).toString('base64url');
    this.attempts.set(attempt, { state, nonce, verifier, until: this.now() + OIDC_AGE });
    for (const key of this.attempts.keys()) {
      if (this.attempts.size <= PENDING) break;
      this.attempts.delete(key);
    }
    return { url: url.href, attempt };
  }

  /** `query` as the provider sent the browser back with; UNAUTHENTICATED for anything but a valid answer, FORBIDDEN without a role. */
  async finish(config: OidcConfig, query: string, attempt: string): Promise<Identity> {
    const begun = this.attempts.get(attempt);
    this.attempts.delete(attempt);
    if (begun === undefined || begun.until < this.now())
      throw refused('it took too long, was begun in another browser, or was used already');
    const client = await import('openid-client');
    const tokens = await client
      .authorizationCodeGrant(await this.discovered(config), new URL(`${callbackOf(config)}?${query}`), {
        ...{ pkceCodeVerifier: begun.verifier, expectedState: begun.state, expectedNonce: begun.nonce, idTokenExpected: true },
      })
      .catch((cause: unknown) => {
        throw refused(cause instanceof Error ? cause.message : String(cause), cause);
      });
    const claims = tokens.claims();
    if (claims === undefined) throw refused('it sent no ID token');
    const memberships = membershipsOf(config, claims[config.roleClaim]);
    if (memberships.length === 0)
      throw new VedetteError('FORBIDDEN', 'the provider names no role here', { hint: 'An administrator maps roles under `oidc.roles`.' });
    const id = `oidc-${sha256Hex(`${claims.iss}\n${claims.sub}`).slice(0, 32)}`;
    return { id, name: nameOf(claims[config.nameClaim], id), memberships };
  }

  private discovered(config: OidcConfig): Promise<Configuration> {
    if (this.provider?.of !== config) this.provider = { of: config, found: discover(config) };
    const { found } = this.provider;
    // A provider that was down is asked again.
    found.catch(() => {
      if (this.provider?.found === found) this.provider = undefined;
    });
    return found;
  }
}

async function discover({ issuer, clientId, clientSecret }: OidcConfig): Promise<Configuration> {
  const client = await import('openid-client');
  const plain = issuer.startsWith('http:') ? { execute: [client.allowInsecureRequests] } : {};
  const authentication = clientSecret === undefined ? client.None() : client.ClientSecretPost(clientSecret);
  const found = await client
    .discovery(new URL(issuer), clientId, undefined, authentication, { timeout: 10, ...plain })
    .catch((cause: unknown) => {
      throw refused('it cannot be reached or is none', cause);
    });
  // Signatures are checked also of tokens that came over a connection of ours.
  client.enableNonRepudiationChecks(found);
  return found;
}

const callbackOf = ({ url }: OidcConfig): string => new URL(`${OIDC_PATH}/callback`, url).href;

const refused = (why: string, cause?: unknown): VedetteError =>
  new VedetteError('UNAUTHENTICATED', `sign-in through the provider failed: ${why.slice(0, 200)}`, {
    hint: 'Begin again from the sign-in page.',
    cause,
  });

/** The highest role of each tenant that a value of the claim gives. */
function membershipsOf({ roles }: OidcConfig, claim: unknown): User['memberships'] {
  const values = new Set([claim].flat());
  const best = new Map<string, Role>();
  for (const { value, tenant, role } of roles) {
    const known = best.get(tenant);
    if (values.has(value) && (known === undefined || ROLES.indexOf(role) > ROLES.indexOf(known))) best.set(tenant, role);
  }
  return [...best].map(([tenant, role]) => ({ tenant, role }));
}

/** `sso:NAME`: local names hold no colon, so nobody's account is taken over by a name. */
function nameOf(claim: unknown, id: string): string {
  const name =
    typeof claim === 'string'
      ? claim
          .toLowerCase()
          .replaceAll(/[^a-z0-9._@-]/g, '_')
          .slice(0, 40)
      : '';
  return `sso:${name === '' ? 'user' : name}.${id.slice(5, 11)}`;
}
