import { z } from 'zod';

/** What the JSON schema of such an option says. */
const PLACE_FORMAT = 'path';

/**
 * An option that names a file or folder of the machine the program runs on. Over the API only the home's administrator may set it
 * to something that the configuration does not name.
 */
export const placeOption = (): z.ZodString => z.string().min(1).max(4096).meta({ format: PLACE_FORMAT });

/** Names of a component's options that name a file or folder of this machine, by its schema. */
export function placesOf(config: z.ZodType): readonly string[] {
  const { properties = {} } = z.toJSONSchema(config, { io: 'input', unrepresentable: 'any' });
  return Object.entries(properties).flatMap(([name, schema]) => ((schema as { format?: string }).format === PLACE_FORMAT ? [name] : []));
}

/** The options without those that name a place. */
export function withoutPlaces(config: z.ZodType, options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const places = new Set(placesOf(config));
  return Object.fromEntries(Object.entries(options).filter(([name]) => !places.has(name)));
}
