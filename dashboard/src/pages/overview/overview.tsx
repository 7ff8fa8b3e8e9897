import type { OverviewBody } from '../../../../src/server/api/schema/live.ts';
import { useApi } from '../../api/queries.ts';
import { DetectorTable } from '../../components/detector-table.tsx';
import { Card, Page } from '../../components/page.tsx';
import { Answered } from '../../components/states.tsx';
import { Devices, Intrusions } from './distributions.tsx';
import { Entities, SourceHealth } from './entities.tsx';
import { Figures } from './figures.tsx';
import { NeedsLook } from './needs-look.tsx';
import { Throughput } from './throughput.tsx';

export function Overview() {
  const overview = useApi('overview', {}, { refetchInterval: 10_000 });
  return (
    <Page title="Overview">
      <Answered of={overview} rows={8}>
        {(data) => <Loaded data={data} />}
      </Answered>
    </Page>
  );
}

function Loaded({ data }: { data: OverviewBody }) {
  return (
    <>
      {data.lastError !== '' && (
        <div className="note" role="alert">
          <strong>The pipeline reports: </strong>
          {data.lastError}
        </div>
      )}
      <Figures data={data} />
      <div className="grid">
        <NeedsLook />
        <Intrusions data={data} />
        <Throughput />
        <Devices data={data} />
        <Entities data={data} />
        <SourceHealth data={data} />
        <Card title="Detectors: promised and observed" className="c12" flush>
          <DetectorTable detectors={data.budget.detectors} />
        </Card>
      </div>
    </>
  );
}
