/** What any source of flows tells of each, absent values NaN; one entry a flow. */
export interface ToldFlows {
  readonly rows: number;
  readonly protocol: ArrayLike<number>;
  readonly durationMicros: ArrayLike<number>;
  readonly forwardPackets: ArrayLike<number>;
  readonly backwardPackets: ArrayLike<number>;
  readonly forwardBytes: ArrayLike<number>;
  readonly backwardBytes: ArrayLike<number>;
}

type Value = (told: ToldFlows, row: number) => number;

const at = (values: ArrayLike<number>, row: number): number => {
  const value = values[row] as number;
  return value >= 0 ? value : Number.NaN;
};
const packets: Value = (told, row) => at(told.forwardPackets, row) + at(told.backwardPackets, row);
const bytes: Value = (told, row) => at(told.forwardBytes, row) + at(told.backwardBytes, row);
const mean: Value = (told, row) => bytes(told, row) / packets(told, row);
const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
const forwardMean: Value = (told, row) => ratio(at(told.forwardBytes, row), at(told.forwardPackets, row));
const backwardMean: Value = (told, row) => ratio(at(told.backwardBytes, row), at(told.backwardPackets, row));
/** A rate over the duration, `none` of a flow that took no time. */
const perSecond =
  (amount: Value, none: number): Value =>
  (told, row) => {
    const micros = at(told.durationMicros, row);
    if (Number.isNaN(micros)) return Number.NaN;
    return micros > 0 ? amount(told, row) / (micros / 1e6) : none;
  };

const COLUMNS: Readonly<Record<string, Value>> = {
  Protocol: (told, row) => at(told.protocol, row),
  'Flow Duration': (told, row) => at(told.durationMicros, row),
  'Total Fwd Packet': (told, row) => at(told.forwardPackets, row),
  'Total Bwd packets': (told, row) => at(told.backwardPackets, row),
  'Total Length of Fwd Packet': (told, row) => at(told.forwardBytes, row),
  'Total Length of Bwd Packet': (told, row) => at(told.backwardBytes, row),
  'Fwd Packet Length Mean': forwardMean,
  'Bwd Packet Length Mean': backwardMean,
  'Flow Bytes/s': perSecond(bytes, -1),
  'Flow Packets/s': perSecond(packets, -1),
  'Fwd Packets/s': perSecond((told, row) => at(told.forwardPackets, row), 0),
  'Bwd Packets/s': perSecond((told, row) => at(told.backwardPackets, row), 0),
  'Packet Length Mean': mean,
  'Down/Up Ratio': (told, row) => ratio(at(told.backwardPackets, row), at(told.forwardPackets, row)),
  'Average Packet Size': mean,
  'Fwd Segment Size Avg': forwardMean,
  'Bwd Segment Size Avg': backwardMean,
};

/** The columns of CICFlowMeter that follow from what any source of flows tells. */
export const TOLD_COLUMNS: readonly string[] = Object.keys(COLUMNS);

/** A column of TOLD_COLUMNS by its rules (docs/flows.md); undefined for any other. */
export function toldColumn(told: ToldFlows, name: string): Float64Array | undefined {
  const value = Object.hasOwn(COLUMNS, name) ? COLUMNS[name] : undefined;
  if (value === undefined) return undefined;
  const values = new Float64Array(told.rows);
  for (let row = 0; row < told.rows; row++) values[row] = value(told, row);
  return values;
}
