/** What is remembered of a connection between its packets. */
export interface Session {
  /** SMB: requests to open an administrative share, by message, that wait for the number of the share. */
  waiting: (readonly [message: string, share: string])[];
  /** SMB: administrative shares by number. */
  shares: (readonly [tree: number, share: string])[];
  /** HTTP: content type of an answer whose body has not begun; undefined otherwise. */
  body: string | undefined;
  /** TLS: the client named no server. */
  nameless: boolean;
}

const MOST_SESSIONS = 4096;
const MOST_LISTED = 32;

/** Connections by their ends, the one unseen longest forgotten. */
export class Sessions {
  private readonly known = new Map<string, Session>();

  get(key: string): Session | undefined {
    return this.known.get(key);
  }

  /** The session, begun where there is none. */
  open(key: string): Session {
    const session = this.known.get(key) ?? { waiting: [], shares: [], body: undefined, nameless: false };
    this.known.delete(key);
    this.known.set(key, session);
    if (this.known.size > MOST_SESSIONS) this.known.delete(this.known.keys().next().value as string);
    return session;
  }

  end(key: string): void {
    this.known.delete(key);
  }

  snapshot(): readonly (readonly [string, Session])[] {
    return [...this.known];
  }

  restore(sessions: readonly (readonly [string, Session])[]): void {
    this.known.clear();
    for (const [key, session] of sessions) this.known.set(key, session);
  }
}

/** The list with one more, its oldest entries dropped beyond a bound. */
export function withOne<T>(list: readonly T[], entry: T): T[] {
  return [...list, entry].slice(-MOST_LISTED);
}
