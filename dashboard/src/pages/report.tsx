import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { Report, ReportedFinding, ReportedGroup } from '../../../src/sinks/report/report.ts';
import { url } from '../api/client.ts';
import { useTenant } from '../api/queries.ts';
import { reportQuery } from '../api/report.ts';
import { Severity } from '../components/marks.tsx';
import { Card, Page } from '../components/page.tsx';
import { Answered, Blank } from '../components/states.tsx';
import { Table } from '../components/table.tsx';
import { bytes, count, figure, percent, plural } from '../format/number.ts';
import { prose } from '../format/time.ts';

/** A stored report as a page; its HTML and JSON files can be downloaded. */
export function ReportPage() {
  const tenant = useTenant();
  const { name } = useParams({ from: '/t/$tenant/reports/$name' });
  const report = useQuery(reportQuery(tenant, name));
  return (
    <Page
      title={report.data?.summary.headline ?? name}
      head={
        <span className="row">
          <Link to="/t/$tenant/reports" params={{ tenant }}>
            All reports
          </Link>
          <a href={url('report', { tenant, name, format: 'html' })} download>
            HTML
          </a>
          <a href={url('report', { tenant, name, format: 'json' })} download>
            JSON
          </a>
        </span>
      }
    >
      <Answered of={report} rows={10}>
        {(data) => <Content report={data} />}
      </Answered>
    </Page>
  );
}

function Content({ report }: { report: Report }) {
  return (
    <>
      {report.warnings.map((warning, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: warnings of a stored report never move.
        <div key={index} className="note">
          {Object.values(warning)
            .filter((part) => typeof part === 'string')
            .join(' ')}
        </div>
      ))}
      <Card>
        <div className="stack">
          {report.summary.sentences.map((sentence) => (
            <p key={sentence}>{prose(sentence)}</p>
          ))}
          <p className="soft small num">
            {plural(report.lines, 'line')} of {report.format},{' '}
            {report.inputs.map(({ input, bytes: size }) => `${input} (${bytes(size)})`).join(', ')};{' '}
            {plural(report.deadLetters, 'dead letter')}; events from {report.firstEvent || '–'} to {report.lastEvent || '–'} UTC;{' '}
            {report.program}
          </p>
        </div>
      </Card>
      {report.groups.length === 0 ? (
        <Card>
          <Blank title="Nothing unusual" hint="What each detector looked at is below." />
        </Card>
      ) : (
        report.groups.map((group) => <Group key={group.id} group={group} />)
      )}
      {report.moreGroups > 0 && <p className="soft">{plural(report.moreGroups, 'more group')} in the alerts.</p>}
      <Card title="Detectors" flush>
        <Table
          label="Detectors"
          heads={['Detector', 'Learnt from', { right: 'Promised' }, { right: 'Observed' }, { right: 'Scored' }, { right: 'Flagged' }]}
        >
          {report.detectors.map((detector) => (
            <tr key={`${detector.name} ${detector.unit}`}>
              <td>
                {detector.name}
                <div className="small soft wrap">{detector.summary}</div>
              </td>
              <td className="wrap">{detector.learnt}</td>
              <td className="right num">{percent(detector.promisedRate)}</td>
              <td className="right num">{percent(detector.observedRate)}</td>
              <td className="right num">{count(detector.scored)}</td>
              <td className="right num">{count(detector.flagged)}</td>
            </tr>
          ))}
        </Table>
      </Card>
    </>
  );
}

function Group({ group }: { group: ReportedGroup }) {
  return (
    <Card title={`${group.rank}. ${prose(group.title)}`} head={<Severity value={group.severity} word />}>
      <p className="soft small num">
        {group.detector} · {plural(group.units, 'unit')} · {plural(group.entities, 'entity', 'entities')} · {group.firstSeen} to{' '}
        {group.lastSeen} UTC
      </p>
      {group.findings.map((finding) => (
        <Finding key={finding.id} finding={finding} />
      ))}
      {group.more > 0 && <p className="soft small">and {plural(group.more, 'more finding')}</p>}
    </Card>
  );
}

function Finding({ finding }: { finding: ReportedFinding }) {
  const tenant = useTenant();
  return (
    <details style={{ marginTop: 8 }}>
      <summary className="wrap">
        {finding.entity || finding.key}: <span className="soft">{finding.start} UTC</span>
      </summary>
      <div className="stack">
        <p className="wrap">{prose(`${finding.what} ${finding.why}`)}</p>
        <ol className="lines">
          {finding.lines.map((line) => (
            <li key={`${line.input} ${line.offset}`} className="line">
              <span className="no">{count(line.line)}</span>
              <span className="at ellipsis" title={`${line.time} UTC`}>
                {line.time.slice(11, 19)}
              </span>
              <span className="text">{line.text ?? <span className="soft">text not kept</span>}</span>
            </li>
          ))}
        </ol>
        <p className="small soft num">
          score {figure(finding.score)}, p-value {figure(finding.pValue)}, flagged at or below {figure(finding.threshold)}, {finding.model}{' '}
          ·{' '}
          <Link to="/t/$tenant/alerts" params={{ tenant }} search={{ alert: finding.id, state: 'any' }}>
            The alert
          </Link>
        </p>
      </div>
    </details>
  );
}
