import type { Response as RouteResponse } from '../../../../src/server/api/contract.ts';
import { When } from '../../components/marks.tsx';
import { Table } from '../../components/table.tsx';
import { bytes, plural } from '../../format/number.ts';

const SHOWN = 12;

/** What arrived, as it would be parsed; where nothing did, what to check. */
export function SourcePreview({ of }: { of: RouteResponse<'previewSource'> }) {
  const { records, bytes: size, format, rows, dead, error, said, advice } = of;
  return (
    <section className="section stack" aria-label="Preview" aria-live="polite">
      <h3>
        {plural(records, 'record')} arrived, {bytes(size)}
        {format !== '' && `, format ${format}`}
      </h3>
      {[...new Set([...(error === '' ? [] : [error]), ...said])].map((complaint) => (
        <p key={complaint} className="level-error wrap">
          {complaint}
        </p>
      ))}
      {advice.length > 0 && (
        <>
          <strong>What to check</strong>
          <ul>
            {advice.map((one) => (
              <li key={one} className="wrap">
                {one}
              </li>
            ))}
          </ul>
        </>
      )}
      {rows.length > 0 && (
        <Table label="Parsed rows" heads={['Time', 'Host', 'Component', 'Level', 'Message']} dense>
          {rows.slice(0, SHOWN).map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of a preview have no id and never move.
            <tr key={index}>
              <td>
                <When at={row.time} as="exact" />
              </td>
              <td>{row.host || '–'}</td>
              <td>{row.component || '–'}</td>
              <td>{row.level || '–'}</td>
              <td className="mono wrap small">
                {row.message}
                {row.parameters.length > 0 && <div className="soft">{row.template}</div>}
              </td>
            </tr>
          ))}
        </Table>
      )}
      {dead.length > 0 && (
        <>
          <strong>{plural(dead.length, 'record')} could not be parsed</strong>
          <ul className="small">
            {dead.slice(0, SHOWN).map(({ reason, text }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: as above.
              <li key={index} className="wrap">
                {reason}: <span className="mono">{text}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
