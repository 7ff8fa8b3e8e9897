import { z } from 'zod';

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Codes and tokens travel there: HTTPS, but on this machine. */
const endpoint = () =>
  z.url({ protocol: /^https?$/ }).refine((text) => {
    const { protocol, hostname } = new URL(text);
    return protocol === 'https:' || LOOPBACK.test(hostname);
  }, 'must be https:// (http:// only on this machine)');

/** Signing in through an OpenID Connect provider. */
export const oidc = z.strictObject({
  issuer: endpoint().describe('issuer of the OpenID Connect provider'),
  clientId: z.string().min(1).describe('id of vedette at the provider'),
  clientSecret: z.string().min(1).optional().describe('its secret; absent for a public client'),
  url: endpoint().describe(
    'address of this dashboard as browsers see it; `<url>/api/v1/session/oidc/callback` is registered at the provider',
  ),
  label: z.string().min(1).max(64).default('Single sign-on').describe('name of the button'),
  scopes: z
    .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/))
    .default(['openid', 'profile'])
    .describe('scopes asked for'),
  nameClaim: z.string().min(1).default('preferred_username').describe('claim of the ID token with the name that is shown'),
  roleClaim: z.string().min(1).default('groups').describe('claim of the ID token whose values are mapped to roles'),
  roles: z
    .array(
      z.strictObject({
        value: z.string().min(1).describe('value of the claim'),
        tenant: z.string().min(1).describe('tenant it gives access to'),
        role: z.enum(['viewer', 'analyst', 'engineer', 'admin']).describe('role there; nobody becomes administrator of the home this way'),
      }),
    )
    .min(1)
    .describe('who may do what, anew at every sign-in; without a matching value nobody is let in'),
});

export type OidcConfig = z.output<typeof oidc>;
