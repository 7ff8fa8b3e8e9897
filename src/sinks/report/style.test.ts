import { describe, expect, it } from 'vitest';
import { STYLE } from './style.ts';

/** WCAG 2.2 relative luminance and contrast. */
function luminance(hex: string): number {
  const full = hex.length === 4 ? [...hex.slice(1)].map((digit) => digit + digit).join('') : hex.slice(1);
  const [r = 0, g = 0, b = 0] = [0, 2, 4].map((at) => {
    const channel = Number.parseInt(full.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

const themes = [...STYLE.matchAll(/:root\{([^}]*)\}/g)].map(
  (match) => new Map([...(match[1] as string).matchAll(/--([\w-]+):(#[0-9a-f]+)/g)].map((pair) => [pair[1] as string, pair[2] as string])),
);

const TEXT_ON: readonly (readonly [string, string])[] = [
  ...['bg', 'card', 'fill'].flatMap((ground) => ['ink', 'soft', 'accent'].map((text) => [text, ground] as const)),
  ...['critical', 'high', 'medium', 'low'].map((level) => [level, `${level}-bg`] as const),
  ['medium', 'card'],
];

describe('colours of the report', () => {
  it('come in a light and a dark theme with the same names', () => {
    expect(themes).toHaveLength(2);
    expect([...(themes[0]?.keys() ?? [])]).toEqual([...(themes[1]?.keys() ?? [])]);
  });

  it.each(themes.flatMap((theme, i) => TEXT_ON.map(([text, ground]) => ({ theme, name: i === 0 ? 'light' : 'dark', text, ground }))))(
    'reach WCAG AA: $text on $ground, $name',
    ({ theme, text, ground }) => {
      expect(contrast(theme.get(text) as string, theme.get(ground) as string)).toBeGreaterThanOrEqual(4.5);
    },
  );
});
