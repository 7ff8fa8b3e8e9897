import type { ForecastErrors } from '../../training/series/index.ts';

/** Channels that are listed one by one. */
const MOST_CHANNELS = 12;

/** Forecasters side by side over all channels, then channel by channel, as lines of text. */
export function comparisonLines(forecasters: readonly ForecastErrors[], steps: number): string[] {
  const [first] = forecasters;
  const channels = Object.keys(first?.channels ?? {});
  const width = Math.max(20, ...forecasters.map(({ name }) => name.length + 2));
  const last = `step ${steps}`;
  const lines = [`  ${''.padEnd(width)} SMAPE step 1   ${last.padEnd(9)} MASE step 1   ${last.padEnd(9)} in interval`];
  const row = (name: string, { smape, mase, coverage }: Pick<ForecastErrors, 'smape' | 'mase' | 'coverage'>) => {
    const cell = (value: number | undefined, digits: number, size: number) =>
      (value === undefined || Number.isNaN(value) ? '-' : value.toFixed(digits)).padEnd(size);
    const within = coverage === undefined ? '' : `${(100 * coverage).toFixed(1)} %`;
    lines.push(
      `  ${name.padEnd(width)} ${cell(smape[0], 2, 14)} ${cell(smape.at(-1), 2, 9)} ${cell(mase[0], 3, 13)} ${cell(mase.at(-1), 3, 9)} ${within}`.trimEnd(),
    );
  };
  for (const one of forecasters) row(one.name, one);
  if (channels.length < 2) return lines;
  for (const channel of channels.slice(0, MOST_CHANNELS)) {
    lines.push(`  ${channel}`);
    for (const { name, channels: own } of forecasters) row(`  ${name}`, own[channel] ?? { smape: [], mase: [] });
  }
  if (channels.length > MOST_CHANNELS) lines.push(`  and ${channels.length - MOST_CHANNELS} more channels; all of them with -o json`);
  return lines;
}
