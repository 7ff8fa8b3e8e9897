import { Button, Tabs } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useApi } from '../../api/queries.ts';
import { useSession } from '../../app/session.ts';
import { DeadLetters } from '../../components/dead-letters.tsx';
import { Page } from '../../components/page.tsx';
import { count } from '../../format/number.ts';
import { Health } from './health.tsx';
import { Upload } from './upload.tsx';
import { SourceWizard, type WrittenSource } from './wizard.tsx';

const TABS = ['running', 'upload', 'dead-letters'] as const;

/** Where bytes come from: what runs, files to analyse, records that fit nothing. */
export function Sources() {
  const { tab } = useSearch({ from: '/t/$tenant/sources' });
  const navigate = useNavigate({ from: '/t/$tenant/sources' });
  const letters = useApi('deadLetters', { query: { limit: 1 } }, { refetchInterval: 10_000 });
  const kept = letters.data?.counts.kept ?? 0;
  const administrator = useSession().data?.administrator ?? false;
  const [editing, setEditing] = useState<WrittenSource | 'new'>();
  const settings = useApi('settings', {}, { enabled: administrator });
  return (
    <Page title="Sources" head={administrator && <Button onClick={() => setEditing('new')}>Add a source</Button>}>
      <Tabs
        value={TABS.find((name) => name === tab) ?? 'running'}
        onChange={(next) => navigate({ search: { tab: next === 'running' ? undefined : (next ?? undefined) } })}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="running">Running</Tabs.Tab>
          <Tabs.Tab value="upload">Upload</Tabs.Tab>
          <Tabs.Tab value="dead-letters">Dead letters{kept > 0 && ` (${count(kept)})`}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="running">
          <Health written={settings.data?.written.sources ?? []} onChange={setEditing} />
        </Tabs.Panel>
        <Tabs.Panel value="upload" className="stack">
          <Upload />
        </Tabs.Panel>
        <Tabs.Panel value="dead-letters">
          <DeadLetters />
        </Tabs.Panel>
      </Tabs>
      <SourceWizard source={editing} onClose={() => setEditing(undefined)} />
    </Page>
  );
}
