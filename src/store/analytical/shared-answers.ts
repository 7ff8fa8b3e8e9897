/** Answers kept at once. */
const MOST = 32;

/**
 * The same answer for everybody who asks the same while nothing was stored or removed: twenty open dashboards cost as much as one. What
 * fails is asked again.
 */
export class SharedAnswers {
  private readonly kept = new Map<string, Promise<unknown>>();

  of<T>(name: string, query: unknown, make: () => Promise<T>): Promise<T> {
    const key = JSON.stringify([name, query]);
    const known = this.kept.get(key) as Promise<T> | undefined;
    this.kept.delete(key);
    const answer = known ?? make();
    this.kept.set(key, answer);
    if (known === undefined) answer.catch(() => this.kept.get(key) === answer && this.kept.delete(key));
    const [oldest] = this.kept.keys();
    if (this.kept.size > MOST && oldest !== undefined) this.kept.delete(oldest);
    return answer;
  }

  /** Call whenever the stored rows changed. */
  clear(): void {
    this.kept.clear();
  }
}
