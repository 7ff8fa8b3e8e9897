import { Link } from '@tanstack/react-router';
import type { UploadBody } from '../../../../src/server/api/schema/data.ts';
import { useTenant } from '../../api/queries.ts';
import { plural } from '../../format/number.ts';

/** What of an upload can be searched, each with the page that shows it, and what cannot. */
export function StoredRecords({ upload }: { upload: UploadBody }) {
  const tenant = useTenant();
  const { name, rows, undated, unparsed, missing } = upload;
  const { log = 0, flow = 0, series = 0, ...others } = rows;
  const other = Object.values(others).reduce((sum, count) => sum + count, 0);
  return (
    <div className="small num">
      {log > 0 && (
        <div>
          <Link to="/t/$tenant/logs" params={{ tenant }} search={{ source: name, order: 'oldest' }}>
            {plural(log, 'line')}
          </Link>
        </div>
      )}
      {flow > 0 && (
        <div>
          <Link to="/t/$tenant/network" params={{ tenant }} search={{ source: name }}>
            {plural(flow, 'flow')}
          </Link>
        </div>
      )}
      {series > 0 && (
        <div>
          <Link to="/t/$tenant/explorer" params={{ tenant }} search={{ view: 'series', source: name }}>
            {plural(series, 'series', 'series')}
          </Link>
        </div>
      )}
      {other > 0 && (
        <div className="soft" title={Object.keys(others).join(', ')}>
          {plural(other, 'other event')}
        </div>
      )}
      {undated > 0 && <div className="soft">{plural(undated, 'record')} undated</div>}
      {unparsed > 0 && <div className="soft">{plural(unparsed, 'record')} fitted no format</div>}
      {missing !== '' && <div className="soft wrap">not stored: {missing}</div>}
    </div>
  );
}
