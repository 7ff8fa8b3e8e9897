const HOUR = 3_600_000_000;

/** Hours from UTC of the abbreviations of zones that mean one offset only; `CST`, `IST`, `BST` and the like mean several. */
const HOURS: Readonly<Record<string, number>> = {
  UTC: 0,
  GMT: 0,
  WET: 0,
  WEST: 1,
  CET: 1,
  CEST: 2,
  EET: 2,
  EEST: 3,
  MSK: 3,
  JST: 9,
  EST: -5,
  EDT: -4,
  CDT: -5,
  MST: -7,
  MDT: -6,
  PST: -8,
  PDT: -7,
};

/** Microseconds from UTC of a zone's abbreviation; undefined where it is unknown or means several zones. */
export function abbreviatedOffset(name: string): number | undefined {
  return Object.hasOwn(HOURS, name) ? (HOURS[name] as number) * HOUR : undefined;
}
