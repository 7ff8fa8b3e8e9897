import type { Response as RouteResponse } from '../../../../src/server/api/contract.ts';
import { Fact } from '../../components/fact.tsx';
import { When } from '../../components/marks.tsx';
import { count, figure, percent } from '../../format/number.ts';

type Series = RouteResponse<'seriesPoints'>['series'];
type Network = NonNullable<Series['network']>;

/** What forecasts a series at present, and how far its network is, in words. */
export function Forecasting({ series: { method, network, state, readings, needed, readyAt } }: { series: Series }) {
  if (state === 'stored')
    return <p className="small soft">No running source follows this series: what is stored is shown, nothing is forecast.</p>;
  return (
    <dl className="facts wide-facts">
      <Fact name="Judged">
        {state === 'ready' ? (
          `since its first ${count(needed)} readings; ${count(readings)} so far`
        ) : (
          <>
            after {count(needed)} readings, {count(readings)} so far; about <When at={readyAt} />
          </>
        )}
      </Fact>
      <Fact name="Forecast now by">{method ?? 'nothing yet'}</Fact>
      <Fact name="Network of this series">
        {network === null ? 'none: series that err more come first' : <NetworkState of={network} />}
      </Fact>
      {network?.errors !== undefined && (
        <Fact name="Mean error on readings held back">
          network {figure(network.errors.network)}, without it {figure(network.errors.profile)}
          {network.errors.profile > 0 && ` (${gain(network.errors)})`}
        </Fact>
      )}
    </dl>
  );
}

function gain({ network, profile }: NonNullable<Network['errors']>): string {
  const share = 1 - network / profile;
  return share >= 0 ? `${percent(share)} less` : `${percent(-share)} more`;
}

function NetworkState({ of: { state, readings, needed, readyAt, reason } }: { of: Network }) {
  switch (state) {
    case 'collecting':
      return (
        <>
          collecting readings, {count(readings)} of {count(needed)}; trained after <When at={readyAt} />
        </>
      );
    case 'training':
      return (
        <>
          being trained on {count(readings)} readings; takes effect <When at={readyAt} /> at the earliest
        </>
      );
    case 'used':
      return (
        <>
          in use, learnt from {count(readings)} readings; it forecasts whenever it erred least lately. The next one: <When at={readyAt} />{' '}
          at the earliest
        </>
      );
    case 'not better':
      return (
        <>
          tried and left out, because it did not err at least 5 % less; tried again after <When at={readyAt} />
        </>
      );
    case 'failed':
      return (
        <>
          could not be trained{reason === undefined ? '' : `: ${reason}`}; tried again after <When at={readyAt} />
        </>
      );
  }
}
