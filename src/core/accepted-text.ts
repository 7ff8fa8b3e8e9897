import { z } from 'zod';

/** Text in a setting that `check` takes; what it throws says why it does not, and its hint what to write. */
export function acceptedText(check: (text: string) => unknown): z.ZodString {
  return z.string().superRefine((text, context) => {
    try {
      check(text);
    } catch (error) {
      const { message, hint } = error as { message: string; hint?: string };
      context.addIssue({ code: 'custom', message: hint === undefined ? message : `${message}: ${hint}` });
    }
  });
}
