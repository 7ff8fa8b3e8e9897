import type { FastifyReply, FastifyRequest } from 'fastify';
import { VedetteError } from '../../core/index.ts';
import type { TenantStore } from '../../store/index.ts';
import type { Principal } from '../access/principal.ts';
import type { Body, Params, Query, Response, RouteName } from '../api/contract.ts';

/** A checked request of a route. */
export interface Call<N extends RouteName> {
  readonly params: Params<N>;
  readonly query: Query<N>;
  readonly body: Body<N>;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** Who calls; only public routes have none. */
  readonly principal: Principal;
  /** Of the tenant in the path. */
  readonly store: TenantStore;
}

type DeepReadonly<T> = T extends readonly (infer I)[]
  ? readonly DeepReadonly<I>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;

/** Answers in the shape of the contract; NaN and infinities become null on the way out. */
export type Answer<N extends RouteName> = DeepReadonly<Response<N>>;
export type Handler<N extends RouteName> = (call: Call<N>) => Promise<Answer<N>>;
export type Handlers<N extends RouteName> = { readonly [K in N]: Handler<K> };

/** Routes that write their answer themselves. */
export type RawHandler<N extends RouteName> = (call: Call<N>) => Promise<FastifyReply>;

export const missing = (what: string): VedetteError =>
  new VedetteError('INPUT_MISSING', `there is no such ${what}`, { hint: 'List them again; somebody may have removed it.' });

/** Plain JSON: NaN and infinities are null, absent fields are left out. */
export function plain(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [key, plain(item)]),
  );
}

/** A query's given parts; the others are left out. */
export function given<T extends object>(query: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
