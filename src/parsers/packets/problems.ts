/** Why a packet, or a part of a capture, was not decoded. Each is counted under its name; nothing is dropped in silence. */
export const PROBLEMS = [
  'damaged_record',
  'unknown_interface',
  'link_unsupported',
  'link_truncated',
  'ether_type_other',
  'ip_truncated',
  'ip_version_wrong',
  'ip_header_length',
  'ip_length_lies',
  'extension_truncated',
  'extensions_endless',
  'fragment_unmatched',
  'transport_truncated',
  'transport_length',
  'tunnels_nested',
  'tunnel_protocol_other',
  'snapped',
  'name_malformed',
  'time_backwards',
  'time_in_future',
] as const;

export type Problem = (typeof PROBLEMS)[number];

/** Counts per problem; plain numbers, so that counting costs nothing per packet. */
export class ProblemCounts {
  readonly #counts: Record<string, number> = Object.fromEntries(PROBLEMS.map((problem) => [problem, 0]));

  add(problem: Problem, many = 1): void {
    this.#counts[problem] = (this.#counts[problem] as number) + many;
  }

  /** Those that happened. */
  counters(): Record<string, number> {
    return Object.fromEntries(Object.entries(this.#counts).filter(([, many]) => many > 0));
  }

  /** Those that happened, to go on from. */
  restore(counts: Readonly<Record<string, number>>): void {
    for (const problem of PROBLEMS) this.#counts[problem] = counts[problem] ?? 0;
  }

  get(problem: Problem): number {
    return this.#counts[problem] as number;
  }
}
