import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Response as RouteResponse } from '../../../../src/server/api/contract.ts';
import { useApi, useTenant } from '../../api/queries.ts';
import { When } from '../../components/marks.tsx';
import { Card } from '../../components/page.tsx';
import { Answered, Blank } from '../../components/states.tsx';
import { Table } from '../../components/table.tsx';
import { lagText } from '../../format/lag.ts';
import { bytes, count, perSecond, plural } from '../../format/number.ts';
import { CheckSource } from './check-source.tsx';
import { clockTexts, counterTexts } from './counters.ts';
import { SourceActions } from './source-actions.tsx';
import type { WrittenSource } from './wizard.tsx';

type Source = RouteResponse<'sources'>['items'][number];
interface Editing {
  /** What may be changed here, as the file has it. */
  readonly written: readonly WrittenSource[];
  readonly onChange: (source: WrittenSource) => void;
}

/** Every source: whether it is read, how fast, how far behind, what it counted. */
export function Health({ written, onChange }: Editing) {
  const sources = useApi('sources', {}, { refetchInterval: 2_000 });
  return (
    <Card flush>
      <Answered of={sources} rows={6}>
        {({ items }) =>
          items.length === 0 ? (
            <Blank title="No source runs" hint="Add one, or upload a file to have it analysed." />
          ) : (
            <SourceTable items={items} written={written} onChange={onChange} />
          )
        }
      </Answered>
    </Card>
  );
}

function SourceTable({ items, written, onChange }: Editing & { items: readonly Source[] }) {
  const tenant = useTenant();
  const [checked, setChecked] = useState<WrittenSource>();
  return (
    <>
      <Table
        label="Sources"
        heads={[
          'Source',
          'State',
          { right: 'Rate' },
          { right: 'Lag' },
          'Events up to',
          { right: 'Queue' },
          { right: 'Dead letters' },
          'Counted',
        ]}
        actions
      >
        {items.map((source) => (
          <tr key={source.name}>
            <td className="name">
              <Link to="/t/$tenant/logs" params={{ tenant }} search={{ source: source.name }}>
                {source.name}
              </Link>
              <div className="small soft">{source.type}</div>
            </td>
            <td>
              <span className={`chip ${chipOf(source)}`}>{source.state}</span>
              {silent(source) && (
                <div className="small soft">
                  nothing arrived yet
                  <Check name={source.name} written={written} onCheck={setChecked} />
                </div>
              )}
              {source.lastError !== '' && <div className="small level-error wrap">{source.lastError}</div>}
            </td>
            <td className="right num nowrap">{perSecond(source.recordsPerSecond)}</td>
            <td className="right num nowrap">{lagText({ ...source, rate: source.recordsPerSecond })}</td>
            <td>
              <When at={source.watermark} />
            </td>
            <td className="right num nowrap">
              {bytes(source.queueBytes)}
              <div className="small soft">{plural(source.queueBatches, 'batch', 'batches')}</div>
            </td>
            <td className="right num">{count(source.deadLetters)}</td>
            <td className="small soft num wrap counted">
              {counterTexts({ ...source.counters, ...source.sourceCounters }).join(' · ') || '–'}
              {source.clocks.length > 0 && <div className="wrap">Clocks that are off: {clockTexts(source.clocks).join(' · ')}</div>}
            </td>
            <td className="right">
              <Actions name={source.name} written={written} onChange={onChange} />
            </td>
          </tr>
        ))}
      </Table>
      <CheckSource source={checked} onClose={() => setChecked(undefined)} />
    </>
  );
}

function Actions({ name, written, onChange }: Editing & { name: string }) {
  const own = written.find((one) => one.name === name);
  return own === undefined ? null : <SourceActions name={name} onChange={() => onChange(own)} />;
}

/** It runs and complains of nothing, but gave nothing either. */
const silent = ({ state, lastError, counters }: Source): boolean =>
  state === 'reading' && lastError === '' && (counters.records ?? 0) === 0;
const chipOf = (source: Source): string =>
  source.lastError !== '' ? 'critical' : source.state === 'reading' && !silent(source) ? 'good' : 'medium';

function Check({ name, written, onCheck }: Pick<Editing, 'written'> & { name: string; onCheck: (source: WrittenSource) => void }) {
  const own = written.find((one) => one.name === name);
  if (own === undefined) return null;
  return (
    <div>
      <button type="button" className="plain link" onClick={() => onCheck(own)}>
        What to check<span className="hidden"> of {name}</span>
      </button>
    </div>
  );
}
