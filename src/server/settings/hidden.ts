import { HIDDEN, isSecretKey, withoutUserInfo } from '../../config/index.ts';
import { VedetteError } from '../../core/index.ts';

/** A value as it stands in the file, with everything hidden that is hidden in `shown`, the same value in force. */
export function hiddenAs(written: unknown, shown: unknown, key = ''): unknown {
  if (typeof written === 'string') {
    // A secret may come from a variable: what is shown of its value decides.
    if (typeof shown === 'string' && shown.includes(HIDDEN)) return shown;
    return shown === undefined && isSecretKey(key) ? HIDDEN : withoutUserInfo(written);
  }
  if (Array.isArray(written)) return written.map((item, i) => hiddenAs(item, part(shown, i), key));
  if (typeof written !== 'object' || written === null) return shown === HIDDEN ? HIDDEN : written;
  return Object.fromEntries(Object.entries(written).map(([name, value]) => [name, hiddenAs(value, part(shown, name), name)]));
}

/** What was sent, with the values of the file wherever it is what `hidden` (`hiddenAs` of the file) shows. USAGE for what is hidden and is not there. */
export function withHidden(sent: unknown, written: unknown, hidden: unknown, where = ''): unknown {
  if (typeof sent === 'string') {
    if (!sent.includes(HIDDEN)) return sent;
    if (sent === hidden) return written;
    throw new VedetteError('USAGE', `${where} is hidden, and the configuration holds no such value`, { hint: 'Give the value itself.' });
  }
  const inside = (key: string | number, value: unknown, name: string) => withHidden(value, part(written, key), part(hidden, key), name);
  if (Array.isArray(sent)) return sent.map((item, i) => inside(i, item, `${where}[${i}]`));
  if (typeof sent !== 'object' || sent === null) return sent;
  return Object.fromEntries(Object.entries(sent).map(([key, value]) => [key, inside(key, value, where === '' ? key : `${where}.${key}`)]));
}

/** Keys come from outside. */
function part(value: unknown, key: string | number): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string | number, unknown>)[key]
    : undefined;
}
