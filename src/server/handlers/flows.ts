import { given, type Handlers } from './handler.ts';

export function flowHandlers(): Handlers<'flows' | 'predictions' | 'talkers' | 'flowVolume'> {
  return {
    flows: async ({ store, query }) => store.events.flows(given(query)),
    predictions: async ({ store, query }) => store.events.predictions(given(query)),
    async talkers({ store, query: { by, ...filter } }) {
      return { items: await store.events.talkers(given(filter), by) };
    },
    async flowVolume({ store, query: { bins, ...filter } }) {
      return store.events.flowVolume(given(filter), bins);
    },
  };
}
