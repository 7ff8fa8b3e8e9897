import type { StoreClient } from '../worker/store-client.ts';
import type { UserStore } from './contract.ts';
import { USER_SERVICES, type UserService } from './user-database.ts';

/** The users of a home, answered by the store worker; `client` is asked for at the first call. */
export function remoteUsers(client: () => StoreClient, path: string): UserStore {
  const service = <T extends object>(name: UserService): T =>
    Object.fromEntries(
      USER_SERVICES[name].map((method) => [
        method,
        (...args: readonly unknown[]) => client().call({ kind: 'users', path, service: name, method, args }),
      ]),
    ) as T;
  return { accounts: service('accounts'), credentials: service('credentials'), journal: service('journal') };
}
