import { SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import type { Response as RouteResponse } from '../../../../src/server/api/contract.ts';
import { useApi } from '../../api/queries.ts';
import { useSession } from '../../app/session.ts';
import { When } from '../../components/marks.tsx';
import { Card } from '../../components/page.tsx';
import { Answered, Blank } from '../../components/states.tsx';
import { Table } from '../../components/table.tsx';

/** Entries of one answer. */
const MOST = 500;

/** Who changed what and when: of this tenant, or of users and sign-ins. */
export function AuditLog() {
  const administrator = useSession().data?.administrator ?? false;
  const [of, setOf] = useState('tenant');
  const tenant = useApi('audit', { query: { limit: MOST } }, { enabled: of === 'tenant' });
  const home = useApi('homeAudit', { query: { limit: MOST } }, { enabled: of === 'home' });
  return (
    <Card
      title="Audit log"
      flush
      head={
        administrator && (
          <SegmentedControl
            size="xs"
            aria-label="Audit of"
            value={of}
            onChange={setOf}
            data={[
              { value: 'tenant', label: 'This tenant' },
              { value: 'home', label: 'Users and sign-ins' },
            ]}
          />
        )
      }
    >
      <Answered of={of === 'tenant' ? tenant : home}>{(page) => <Entries page={page} />}</Answered>
    </Card>
  );
}

const SHORT = 160;

/** Long text behind its beginning. */
function Long({ text }: { text: string }) {
  if (text.length <= SHORT) return text;
  return (
    <details>
      <summary>{text.slice(0, SHORT)}…</summary>
      {text}
    </details>
  );
}

function Entries({ page }: { page: RouteResponse<'audit'> }) {
  if (page.items.length === 0) return <Blank title="No change yet" hint="Every change a person or a token makes is written down here." />;
  return (
    <>
      <Table label="Audit log" heads={['When', 'Who', 'What', 'Subject', 'Detail']}>
        {page.items.map((entry, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: entries have no id; the list is only ever replaced.
          <tr key={index}>
            <td>
              <When at={entry.at} />
            </td>
            <td>{entry.by}</td>
            <td>{entry.action}</td>
            <td className="mono wrap">{entry.subject}</td>
            <td className="wrap">
              <Long text={entry.detail} />
            </td>
          </tr>
        ))}
      </Table>
      {page.items.length >= MOST && <p className="list-note soft small">The newest {MOST} entries; older ones are kept too.</p>}
    </>
  );
}
