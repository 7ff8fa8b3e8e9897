import { VedetteError } from '../../core/index.ts';
import {
  FORECAST_ALGORITHM_NAMES,
  FORECAST_ALGORITHMS,
  FORECAST_SETTINGS,
  type ForecastAlgorithm,
  type ForecastSetting,
  type ForecastSettings,
  isForecastAlgorithm,
} from '../../ml/index.ts';

/** Throws USAGE for a name that no forecaster has. */
export function forecastAlgorithm(name: string): ForecastAlgorithm {
  if (isForecastAlgorithm(name)) return name;
  throw new VedetteError('USAGE', `no forecaster is called ${name}`, { hint: `Choose one of ${FORECAST_ALGORITHM_NAMES.join(', ')}.` });
}

/** A setting by its name. Throws USAGE for another, or a value that is no number above 0. */
export function forecastSetting(name: string, value: unknown): { readonly name: ForecastSetting; readonly value: number } {
  const known = FORECAST_SETTINGS.find((one) => one === name);
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (known !== undefined && typeof number === 'number' && number > 0 && Number.isFinite(number)) return { name: known, value: number };
  throw new VedetteError('USAGE', `${name}=${String(value)} is no setting of a forecaster`, {
    hint: `Settings are ${FORECAST_SETTINGS.join(', ')}, with numbers above 0, for example window=36.`,
  });
}

/** What an algorithm takes of the settings. */
export function ownSettings(algorithm: ForecastAlgorithm, settings: ForecastSettings): ForecastSettings {
  const { takes } = FORECAST_ALGORITHMS[algorithm];
  return Object.fromEntries(Object.entries(settings).filter(([name]) => takes.some((one) => one === name)));
}

/** Settings by their names, all of which the algorithm takes. Throws USAGE otherwise. */
export function forecastSettings(algorithm: ForecastAlgorithm, given: Readonly<Record<string, unknown>>): ForecastSettings {
  const { takes } = FORECAST_ALGORITHMS[algorithm];
  return Object.fromEntries(
    Object.entries(given).map(([key, one]) => {
      const { name, value } = forecastSetting(key, one);
      if (takes.includes(name)) return [name, value];
      throw new VedetteError('USAGE', `${algorithm} has no setting ${name}`, {
        hint: takes.length === 0 ? 'It has none.' : `It has ${takes.join(', ')}.`,
      });
    }),
  );
}
