import { MICROS_PER_SECOND, type Micros, seededRandom } from '../../core/index.ts';
import { WORKSTATIONS } from './office.ts';

/** What happens in the office that should not, in turns; each log, capture and sensor shows its own part of it. */
const TURNS = ['intrusion', 'stuck-sensor', 'flood', 'break-in'] as const;
type AttackKind = (typeof TURNS)[number];

export interface Attack {
  readonly kind: AttackKind;
  readonly begin: Micros;
  /** The same in every record of the office: its place in the script, below zero in the history. */
  readonly number: number;
  /** Address of the workstation that somebody else has got hold of. */
  readonly intruder: string;
  /** The same draws for the same attack, seed and scenario. */
  readonly random: () => number;
}

/** So many attacks lie in the history, one of each kind that the running part does not begin with. */
const PAST = TURNS.length - 1;

/** Passwords guessed at the gate's SSH, as seconds after the attack's beginning; the capture and the gate's log tell of the same ones. */
export const GUESSES = Array.from({ length: 30 }, (_, guess) => 30 + guess * 1.5);
/** The client's port of a guess. */
export const guessPort = (guess: number): number => 40_000 + guess;

/** The attacks of a seed: one `every` so often from `first` on, and three before it. */
export class Script {
  readonly #seed: number;
  readonly #first: Micros;
  readonly #every: Micros;

  constructor(seed: number, first: Micros, everySeconds: number) {
    this.#seed = seed;
    this.#first = first;
    this.#every = everySeconds * MICROS_PER_SECOND;
  }

  attack(number: number): Attack {
    const shared = seededRandom(this.#seed * 8191 + number);
    const intruder = WORKSTATIONS[Math.floor(shared() * WORKSTATIONS.length)] as string;
    const kind = TURNS[(number + PAST + 1) % TURNS.length] as AttackKind;
    return {
      kind,
      begin: this.#first + number * this.#every,
      number,
      intruder,
      random: seededRandom(this.#seed * 131_071 + number),
    };
  }

  /** The attack that began last, undefined before the first. */
  latest(time: Micros): Attack | undefined {
    const number = Math.floor((time - this.#first) / this.#every);
    return number < -PAST ? undefined : this.attack(number);
  }

  /** All attacks in order of time, without end. */
  *attacks(): Generator<Attack, never> {
    for (let number = -PAST; ; number++) yield this.attack(number);
  }
}
