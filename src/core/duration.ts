import { z } from 'zod';
import { type Micros, parseDuration } from './time.ts';

/** A duration in a setting, such as `250ms` or `7d`, checked and left as text; `positive` refuses zero. */
export function durationText(positive = true): z.ZodString {
  return z.string().superRefine((text, context) => {
    const micros = parseDuration(text);
    if (micros === undefined)
      context.addIssue({ code: 'custom', message: `"${text}" is no duration; write a number and a unit such as 250ms, 10s, 5m, 2h or 7d` });
    else if (positive && micros === 0) context.addIssue({ code: 'custom', message: `"${text}" is no time at all; write more than zero` });
  });
}

/** The same with microseconds in the program. */
export function durationMicros(positive = true): z.ZodType<Micros, string> {
  return durationText(positive).transform((text) => parseDuration(text) as Micros);
}
