import { VedetteError } from '../../core/index.ts';

/** `key=value` pairs; values are JSON where they parse, else text. */
export function hyperParameters(pairs: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new VedetteError('USAGE', `--option ${pair} is no key=value`, { hint: 'Write for example --option order=8.' });
      return [pair.slice(0, at), jsonOrText(pair.slice(at + 1))];
    }),
  );
}

/** The same of one detector: `order=8`, or with its name before it, `sequence.order=8`. */
export function ownParameters(detector: string, pairs: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(hyperParameters(pairs)).map(([key, value]) => [
      key.startsWith(`${detector}.`) ? key.slice(detector.length + 1) : key,
      value,
    ]),
  );
}

/** `detector.key=value` pairs by detector; one of those named. */
export function optionsByDetector(pairs: readonly string[], detectors: readonly string[]): Record<string, Record<string, unknown>> {
  const found: Record<string, Record<string, unknown>> = {};
  for (const [name, value] of Object.entries(hyperParameters(pairs))) {
    const at = name.indexOf('.');
    const [detector, key] = [name.slice(0, Math.max(0, at)), name.slice(at + 1)];
    if (!detectors.includes(detector)) {
      throw new VedetteError('USAGE', `--option ${name} names none of the detectors ${detectors.join(', ')}`, {
        hint: `Write for example --option ${detectors[0]}.order=15.`,
      });
    }
    found[detector] = { ...found[detector], [key]: value };
  }
  return found;
}

export function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
