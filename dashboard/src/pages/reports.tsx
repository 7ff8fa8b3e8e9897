import { Link } from '@tanstack/react-router';
import { url } from '../api/client.ts';
import { useApi, useTenant } from '../api/queries.ts';
import { When } from '../components/marks.tsx';
import { Card, Page } from '../components/page.tsx';
import { Answered, Blank } from '../components/states.tsx';
import { Table } from '../components/table.tsx';
import { count } from '../format/number.ts';

export function Reports() {
  const tenant = useTenant();
  const reports = useApi('reports');
  return (
    <Page title="Reports">
      <Card flush>
        <Answered of={reports}>
          {({ items }) =>
            items.length === 0 ? (
              <Blank title="No report yet" hint="Every analysis writes one: upload a file, or run `vedette analyze PATH`.">
                <Link to="/t/$tenant/sources" params={{ tenant }} search={{ tab: 'upload' }}>
                  Upload a file
                </Link>
              </Blank>
            ) : (
              <Table label="Reports" heads={['Report', 'Input', 'Made', { right: 'Alerts' }, 'Download']}>
                {items.map((report) => (
                  <tr key={report.name}>
                    <td className="wrap">
                      {report.formats.includes('json') ? (
                        <Link to="/t/$tenant/reports/$name" params={{ tenant, name: report.name }}>
                          {report.name}
                        </Link>
                      ) : (
                        report.name
                      )}
                    </td>
                    <td className="wrap soft">{report.input}</td>
                    <td>
                      <When at={report.createdAt} />
                    </td>
                    <td className="right num">{count(report.alerts)}</td>
                    <td>
                      <span className="row tight">
                        {report.formats.map((format) => (
                          <a
                            key={format}
                            href={url('report', { tenant, name: report.name, format })}
                            download
                            aria-label={`${format.toUpperCase()} of ${report.name}`}
                          >
                            {format.toUpperCase()}
                          </a>
                        ))}
                        {report.formats.length === 0 && <span className="soft">its files are gone</span>}
                      </span>
                    </td>
                  </tr>
                ))}
              </Table>
            )
          }
        </Answered>
      </Card>
    </Page>
  );
}
