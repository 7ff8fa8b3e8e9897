import { Tabs } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useApi } from '../../api/queries.ts';
import { DeadLetters } from '../../components/dead-letters.tsx';
import { Page } from '../../components/page.tsx';
import { count } from '../../format/number.ts';
import { Health } from './health.tsx';
import { Upload } from './upload.tsx';

/** Where bytes come from: what runs, files to analyse, records that fit nothing. */
export function Sources() {
  const { tab } = useSearch({ from: '/t/$tenant/sources' });
  const navigate = useNavigate({ from: '/t/$tenant/sources' });
  const letters = useApi('deadLetters', { query: { limit: 1 } }, { refetchInterval: 10_000 });
  const kept = letters.data?.counts.kept ?? 0;
  return (
    <Page title="Sources">
      <Tabs
        value={tab ?? 'running'}
        onChange={(next) => navigate({ search: { tab: next === 'running' ? undefined : (next ?? undefined) } })}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="running">Running</Tabs.Tab>
          <Tabs.Tab value="upload">Upload</Tabs.Tab>
          <Tabs.Tab value="dead-letters">Dead letters{kept > 0 && ` (${count(kept)})`}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="running">
          <Health />
        </Tabs.Panel>
        <Tabs.Panel value="upload" className="stack">
          <Upload />
        </Tabs.Panel>
        <Tabs.Panel value="dead-letters">
          <DeadLetters />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
