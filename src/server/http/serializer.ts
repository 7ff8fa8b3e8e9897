import type { FastifySerializerCompiler } from 'fastify/types/schema.js';
import { serializerCompiler } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import { API_PREFIX } from '../api/contract.ts';

/** Alerts and incidents are kept for a year and more: one that an older program wrote must not hide the others. */
const KEPT = new Set(
  ['alerts', 'alerts/:id', 'incidents', 'incidents/:id', 'entities/:id'].map((path) => `${API_PREFIX}/tenants/:tenant/${path}`),
);

/** Answers are checked against the contract and hold nothing that it does not name; stored alerts go out as they are when they do not fit. */
export function contractSerializer(unfit: (route: string, error: unknown) => void): FastifySerializerCompiler<z.ZodType> {
  return (route) => {
    const serialize = serializerCompiler(route);
    if (!KEPT.has(route.url)) return serialize;
    return (data) => {
      try {
        return serialize(data);
      } catch (error) {
        unfit(route.url, error);
        return JSON.stringify(data);
      }
    };
  };
}
