import {
  IconAffiliate,
  IconBell,
  IconBrain,
  IconDatabaseImport,
  IconFileText,
  IconFlame,
  IconGauge,
  IconLayoutGrid,
  IconReport,
  IconRoute,
  IconServer2,
  IconSettings,
  IconTestPipe,
} from '@tabler/icons-react';

/** Pages of a tenant in their order: path, name, the key after `g`, icon. */
export const PAGE_GROUPS = [
  {
    title: 'Watch',
    pages: [
      ['/t/$tenant', 'Overview', 'o', IconGauge],
      ['/t/$tenant/incidents', 'Incidents', 'i', IconFlame],
      ['/t/$tenant/alerts', 'Alerts', 'a', IconBell],
      ['/t/$tenant/explorer', 'Explorer', 'e', IconLayoutGrid],
    ],
  },
  {
    title: 'Investigate',
    pages: [
      ['/t/$tenant/entities', 'Entities', 'h', IconServer2],
      ['/t/$tenant/logs', 'Logs', 'l', IconFileText],
      ['/t/$tenant/network', 'Network', 'n', IconAffiliate],
      ['/t/$tenant/reports', 'Reports', 'r', IconReport],
    ],
  },
  {
    title: 'Operate',
    pages: [
      ['/t/$tenant/sources', 'Sources', 'd', IconDatabaseImport],
      ['/t/$tenant/models', 'Models', 'm', IconBrain],
      ['/t/$tenant/try-out', 'Try out', 't', IconTestPipe],
      ['/t/$tenant/pipeline', 'Pipeline', 'p', IconRoute],
      ['/t/$tenant/settings', 'Settings', 's', IconSettings],
    ],
  },
] as const;

export const PAGES = PAGE_GROUPS.flatMap(({ pages }) => [...pages]);
export type PagePath = (typeof PAGES)[number][0];
