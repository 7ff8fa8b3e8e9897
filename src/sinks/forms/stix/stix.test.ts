import { describe, expect, it } from 'vitest';
import type { HandledIncident } from '../../../core/index.ts';
import { incident } from '../../../store/testing/fixtures.ts';
import { sampleAlert } from '../../../testing/report-input.ts';
import { type StixBundle, stixOfAlert, stixOfIncident } from './bundle.ts';
import { uuid5 } from './ids.ts';
import { hostObservable } from './observables.ts';

const REFERENCE = /_refs?$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** What STIX 2.1 demands of every bundle: ids of the right type, each once, references that lead somewhere, times in order. */
function expectSound({ id, objects }: StixBundle): void {
  expect(id).toMatch(/^bundle--[0-9a-f-]{36}$/);
  const ids = new Set(objects.map((object) => object.id));
  expect(ids.size).toBe(objects.length);
  for (const object of objects) {
    expect(object.id).toMatch(new RegExp(`^${object.type}--[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`));
    expect(object.spec_version).toBe('2.1');
    for (const [key, value] of Object.entries(object)) {
      if (REFERENCE.test(key)) for (const one of [value].flat()) expect(ids).toContain(one);
      expect(value).not.toEqual([]);
    }
    if (object.created === undefined) continue;
    expect(object.created).toMatch(TIME);
    expect(String(object.modified) >= String(object.created)).toBe(true);
  }
}

const ofType = ({ objects }: StixBundle, type: string) => objects.filter((object) => object.type === type);

describe('STIX ids', () => {
  it('are UUIDs of version 5', () => {
    // Python: uuid.uuid5(uuid.NAMESPACE_DNS, 'python.org')
    expect(uuid5('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'python.org')).toBe('886313e1-3b8a-5372-9b90-0c9aee199e5d');
  });

  it('of addresses are those of the standard', () => {
    // As the python-stix2 library makes them.
    expect(hostObservable('198.51.100.3')?.id).toBe('ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4');
    expect(hostObservable('2001:db8::1')?.id).toBe('ipv6-addr--6469e3a9-b053-5e34-a025-9396ae051d26');
    expect(hostObservable('web-1.example')?.type).toBe('domain-name');
    expect(hostObservable('10.0.0.1 -> 10.0.0.2')).toBeUndefined();
  });
});

describe('STIX bundle of an alert', () => {
  const alert = sampleAlert(
    1,
    { count: 3 },
    { entity: '10.0.0.7', related: ['evil.example'], user: 'ana', techniques: ['T1110.001', 'T1046'] },
  );

  it('holds what was seen, the techniques and why', () => {
    const bundle = stixOfAlert(alert);
    expectSound(bundle);
    const [entity, others] = ofType(bundle, 'observed-data');
    expect(entity).toMatchObject({
      ...{ number_observed: 3, first_observed: '2008-11-09T20:36:48.000Z' },
      object_refs: [hostObservable('10.0.0.7')?.id],
    });
    expect(others).toMatchObject({ number_observed: 1 });
    expect(others?.object_refs).toContain(hostObservable('evil.example')?.id);
    expect(others?.object_refs).not.toContain(hostObservable('10.0.0.7')?.id);
    expect(['ipv4-addr', 'domain-name', 'user-account', 'file'].flatMap((type) => ofType(bundle, type))).toHaveLength(4);
    expect(ofType(bundle, 'attack-pattern').map(({ external_references }) => external_references)).toEqual([
      [{ source_name: 'mitre-attack', external_id: 'T1110.001', url: 'https://attack.mitre.org/techniques/T1110/001' }],
      [{ source_name: 'mitre-attack', external_id: 'T1046', url: 'https://attack.mitre.org/techniques/T1046' }],
    ]);
    expect(ofType(bundle, 'sighting')).toHaveLength(2);
  });

  it('of one unit says of all that was seen that it was seen once', () => {
    const one = stixOfAlert({ ...alert, count: 1 });
    expectSound(one);
    const seen = ofType(one, 'observed-data').map(({ number_observed, object_refs }) => [
      number_observed,
      (object_refs as string[]).length,
    ]);
    expect(seen).toEqual([[1, 4]]);
  });

  it('of a unit of many events counts these', () => {
    const bundle = stixOfAlert({ ...alert, count: 1, detection: { ...alert.detection, events: 180 } });
    expectSound(bundle);
    expect(ofType(bundle, 'observed-data')[0]).toMatchObject({ number_observed: 180, object_refs: [hostObservable('10.0.0.7')?.id] });
    expect(ofType(bundle, 'sighting').map(({ count }) => count)).toEqual([180, 180]);
  });

  it('of many units begins with the first of them, and counts no further than STIX can', () => {
    const { start, end, id, key } = alert.detection;
    const earlier = { detection: 'x', key, start: start - 3_600_000_000, end: end - 3_600_000_000, severity: 10, what: '', evidence: [] };
    const bundle = stixOfAlert({ ...alert, count: 2e9, occurrences: [earlier, { ...earlier, detection: id, start, end }] });
    expectSound(bundle);
    expect(ofType(bundle, 'observed-data')[0]).toMatchObject({ number_observed: 999_999_999, first_observed: '2008-11-09T19:36:48.000Z' });
  });

  it('is the same for the same alert, and another for another tenant', () => {
    expect(JSON.stringify(stixOfAlert(alert))).toBe(JSON.stringify(stixOfAlert(structuredClone(alert))));
    expect(stixOfAlert({ ...alert, tenant: 'other' }).id).not.toBe(stixOfAlert(alert).id);
  });

  it('is sound where there is nothing to observe, no time, and hostile text', () => {
    const bare = sampleAlert(
      2,
      { lastSeen: Number.NaN },
      {
        ...{ entity: '<script>', evidence: [], start: Number.NaN, end: Number.NaN, techniques: ['../../x'] },
        lineage: { ...alert.detection.lineage, inputs: [] },
      },
    );
    const bundle = stixOfAlert(bare);
    expectSound(bundle);
    expect(ofType(bundle, 'observed-data')).toEqual([]);
  });
});

describe('STIX bundle of an incident', () => {
  it('relates the incident to techniques, hosts, users and alerts', () => {
    const handled: HandledIncident = {
      ...incident('i1', { hosts: ['web-1', '10.0.0.7'], users: ['ana'], techniques: ['T1046'], tactics: ['discovery'] }),
      ...{ state: 'open', notes: [{ note: 'looked at', by: 'ana', at: 1_767_312_000_000_000 }] },
    };
    const bundle = stixOfIncident(handled, [sampleAlert(1), sampleAlert(2)]);
    expectSound(bundle);
    expect(ofType(bundle, 'incident')).toHaveLength(1);
    expect(ofType(bundle, 'relationship')).toHaveLength(1 + 3 + 2);
    expect(ofType(bundle, 'note').map(({ content }) => content)).toContain('looked at');
  });
});
