import { describe, expect, it } from 'vitest';
import type { HandledIncident } from '../../core/index.ts';
import { incident } from '../../store/testing/fixtures.ts';
import { sampleAlert } from '../../testing/report-input.ts';
import { jsonForm } from './form.ts';
import { ocsfDetectionFinding, ocsfIncidentFinding } from './ocsf.ts';

const handled = (more: Partial<HandledIncident> = {}): HandledIncident => ({ ...incident('i1'), state: 'open', notes: [], ...more });

describe('OCSF detection finding', () => {
  it('names class, type and times as class 2004 demands', () => {
    expect(ocsfDetectionFinding(sampleAlert(1, {}, { techniques: ['T1110.001', 'T1046'], entity: '10.0.0.7', user: 'ana' }))).toMatchObject(
      {
        category_uid: 2,
        class_uid: 2004,
        activity_id: 1,
        type_uid: 200401,
        time: 1_226_263_008_000,
        severity_id: 4,
        severity: 'High',
        status_id: 1,
        metadata: { version: '1.3.0', uid: 'a000000000000001', tenant_uid: 'acme', product: { vendor_name: 'vedette', version: '0.1.0' } },
        finding_info: {
          uid: 'a000000000000001',
          attacks: [{ technique: { uid: 'T1110' }, sub_technique: { uid: 'T1110.001' } }, { technique: { uid: 'T1046' } }],
        },
        observables: [
          { type_id: 2, value: '10.0.0.7' },
          { type_id: 4, value: 'ana' },
        ],
      },
    );
  });

  it.each([
    [0, 1],
    [24, 2],
    [25, 3],
    [50, 4],
    [75, 5],
    [100, 5],
  ])('rates severity %i as %i', (severity, id) => {
    expect(ocsfDetectionFinding(sampleAlert(1, {}, { severity }))).toMatchObject({ severity_id: id });
  });

  it('tells states, suppression and verdicts apart', () => {
    expect(ocsfDetectionFinding(sampleAlert(1, { state: 'acknowledged' }))).toMatchObject({ status_id: 2 });
    expect(ocsfDetectionFinding(sampleAlert(1, { state: 'closed', verdict: 'benign' }))).toMatchObject({
      status_id: 4,
      activity_id: 3,
      type_uid: 200403,
      verdict_id: 5,
    });
    expect(ocsfDetectionFinding(sampleAlert(1, { state: 'closed', suppressedBy: 'r1' }))).toMatchObject({ status_id: 3 });
  });

  it('is plain JSON on one line, also without times and with hostile text', () => {
    const alert = sampleAlert(1, { lastSeen: Number.NaN }, { start: Number.NaN, end: Number.NaN, score: Number.NaN, title: 'a\n"}\u2028' });
    const line = jsonForm(alert, 'ocsf');
    expect(line).not.toMatch(/\n|:null/);
    expect(JSON.parse(line)).toMatchObject({ time: 0, finding_info: { title: 'a\n"}\u2028' } });
  });
});

describe('OCSF incident finding', () => {
  it('lists its evidence, and has an assignee or a group', () => {
    const found = ocsfIncidentFinding(handled({ band: 'critical' }), 'vedette 0.1.0');
    expect(found).toMatchObject({ class_uid: 2005, type_uid: 200501, severity_id: 5, status_id: 1 });
    expect(found.finding_info_list).toHaveLength(incident('i1').evidence.length);
    expect(found.assignee_group).toBeDefined();
    const taken = ocsfIncidentFinding(
      handled({ assignee: 'ana', state: 'closed', notes: [{ note: 'done', by: 'ana', at: 1 }] }),
      'vedette 0.1.0',
    );
    expect(taken).toMatchObject({ assignee: { name: 'ana' }, comment: 'done', activity_id: 3, status_id: 4 });
  });
});
