import { VedetteError } from '../../core/index.ts';
import type { RelationalDatabase } from './database.ts';

/**
 * Schema changes in order; entry i takes a store from version i to i + 1. An entry that was released is never edited.
 * Times are whole microseconds. Text that may hold NUL lives inside JSON or blobs only.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE epochs (epoch INTEGER PRIMARY KEY, at INTEGER NOT NULL) STRICT;
  CREATE TABLE positions (source TEXT NOT NULL, input TEXT NOT NULL, position TEXT NOT NULL, PRIMARY KEY (source, input)) STRICT;
  CREATE TABLE alerts (
    id TEXT PRIMARY KEY, detector TEXT NOT NULL, source TEXT NOT NULL, entity TEXT NOT NULL, alert_group TEXT NOT NULL,
    start_at REAL NOT NULL, end_at REAL NOT NULL, last_seen REAL NOT NULL, severity REAL NOT NULL, notified INTEGER NOT NULL,
    state TEXT NOT NULL, state_by TEXT, state_at INTEGER,
    epoch INTEGER NOT NULL, lineage_epoch INTEGER NOT NULL, body TEXT NOT NULL, scored_row BLOB NOT NULL
  ) STRICT;
  CREATE INDEX alerts_time ON alerts (start_at DESC, id);
  CREATE INDEX alerts_severity ON alerts (severity DESC, id);
  CREATE INDEX alerts_lineage ON alerts (lineage_epoch, epoch);
  CREATE TABLE labels (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, alert_id TEXT NOT NULL, verdict TEXT, note TEXT NOT NULL, by TEXT NOT NULL, at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX labels_alert ON labels (alert_id, sequence);
  CREATE TABLE outbox (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, alert_id TEXT NOT NULL, sink TEXT NOT NULL, body TEXT NOT NULL,
    created_at INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, next_at INTEGER NOT NULL, done_at INTEGER, error TEXT
  ) STRICT;
  CREATE INDEX outbox_due ON outbox (next_at) WHERE done_at IS NULL;
  CREATE TABLE counters (name TEXT PRIMARY KEY, value REAL NOT NULL) STRICT;
  CREATE TABLE calibration (
    detector TEXT NOT NULL, source TEXT NOT NULL, day TEXT NOT NULL, promised REAL NOT NULL, scored INTEGER NOT NULL, flagged INTEGER NOT NULL,
    PRIMARY KEY (detector, source, day)
  ) STRICT;
  CREATE TABLE checkpoints (epoch INTEGER NOT NULL, name TEXT NOT NULL, key TEXT NOT NULL, bytes INTEGER NOT NULL, sha256 TEXT NOT NULL, PRIMARY KEY (name, epoch)) STRICT;
  CREATE TABLE files (
    key TEXT PRIMARY KEY, dataset TEXT NOT NULL, epoch INTEGER NOT NULL, row_count INTEGER NOT NULL, bytes INTEGER NOT NULL,
    min_time REAL, max_time REAL, sources TEXT NOT NULL
  ) STRICT;
  CREATE INDEX files_time ON files (dataset, max_time);
  CREATE TABLE dead_letters (
    id INTEGER PRIMARY KEY AUTOINCREMENT, identity TEXT NOT NULL UNIQUE, source TEXT NOT NULL, reason TEXT NOT NULL, header TEXT NOT NULL,
    bytes INTEGER NOT NULL, content BLOB, key TEXT
  ) STRICT;
  CREATE INDEX dead_letters_source ON dead_letters (source, id);
  CREATE TABLE reports (name TEXT PRIMARY KEY, created_at INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
  CREATE TABLE models (name TEXT NOT NULL, version INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (name, version)) STRICT;
  CREATE TABLE audit (sequence INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
  `,
  // When a file's rows arrived: history read late is kept as long as news is.
  'ALTER TABLE files ADD COLUMN arrived_at REAL;',
  // Incidents with what people did about them, what they expect, and the entities watched.
  `
  CREATE TABLE incidents (
    id TEXT PRIMARY KEY, start_at REAL NOT NULL, last_evidence REAL NOT NULL, score REAL NOT NULL, band INTEGER NOT NULL,
    growing INTEGER NOT NULL, learning INTEGER NOT NULL, merged_into TEXT, state TEXT NOT NULL DEFAULT 'open', assignee TEXT,
    changed_by TEXT, changed_at INTEGER, epoch INTEGER NOT NULL, body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX incidents_time ON incidents (last_evidence DESC, id);
  CREATE INDEX incidents_score ON incidents (score DESC, id);
  CREATE TABLE incident_hosts (host TEXT NOT NULL, incident_id TEXT NOT NULL, PRIMARY KEY (host, incident_id)) STRICT;
  CREATE INDEX incident_hosts_incident ON incident_hosts (incident_id);
  CREATE TABLE incident_notes (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, incident_id TEXT NOT NULL, note TEXT NOT NULL, by TEXT NOT NULL, at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX incident_notes_incident ON incident_notes (incident_id, sequence);
  CREATE TABLE expectations (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, type TEXT NOT NULL, host TEXT NOT NULL, user TEXT, title TEXT NOT NULL,
    reason TEXT NOT NULL, in_force INTEGER NOT NULL, by TEXT NOT NULL, at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX expectations_rule ON expectations (id, sequence);
  CREATE TABLE entities (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, first_seen REAL NOT NULL, last_seen REAL NOT NULL, weight REAL NOT NULL,
    at REAL NOT NULL, rank REAL NOT NULL, alerts INTEGER NOT NULL, evidence TEXT NOT NULL
  ) STRICT;
  CREATE INDEX entities_rank ON entities (rank DESC, name);
  CREATE INDEX entities_seen ON entities (last_seen);
  CREATE TABLE entity_risk (entity_id TEXT NOT NULL, at REAL NOT NULL, weight REAL NOT NULL, PRIMARY KEY (entity_id, at)) STRICT;
  CREATE TABLE entity_clock (id INTEGER PRIMARY KEY, event REAL NOT NULL, wall REAL NOT NULL) STRICT;
  `,
  // Points of series: blocks of an epoch, merged into chunks of one series.
  `
  CREATE TABLE series (code INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, source TEXT NOT NULL, entity TEXT NOT NULL, name TEXT NOT NULL) STRICT;
  CREATE TABLE series_blocks (epoch INTEGER NOT NULL, from_at REAL NOT NULL, to_at REAL NOT NULL, codes BLOB NOT NULL, points BLOB NOT NULL) STRICT;
  CREATE TABLE series_chunks (code INTEGER NOT NULL, from_at REAL NOT NULL, to_at REAL NOT NULL, points BLOB NOT NULL) STRICT;
  CREATE INDEX series_chunks_code ON series_chunks (code, to_at);
  CREATE INDEX series_chunks_time ON series_chunks (to_at);
  `,
  'CREATE TABLE settings (key TEXT PRIMARY KEY, body TEXT NOT NULL, set_by TEXT NOT NULL, set_at INTEGER NOT NULL) STRICT;',
  // Who took up an alert, and what people wrote about it.
  `
  ALTER TABLE alerts ADD COLUMN assignee TEXT;
  CREATE TABLE alert_notes (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, alert_id TEXT NOT NULL, note TEXT NOT NULL, by TEXT NOT NULL, at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX alert_notes_alert ON alert_notes (alert_id, sequence);
  `,
  // When they came to be known: what was found in history read late is kept as long as news is.
  `
  ALTER TABLE alerts ADD COLUMN known_at REAL;
  ALTER TABLE incidents ADD COLUMN known_at REAL;
  ALTER TABLE entities ADD COLUMN known_at REAL;
  UPDATE alerts SET known_at = (SELECT max(at) FROM epochs);
  UPDATE incidents SET known_at = (SELECT max(at) FROM epochs);
  UPDATE entities SET known_at = (SELECT max(at) FROM epochs);
  `,
  // Small files are merged: the first epoch whose rows a file holds; `epoch` is the last.
  'ALTER TABLE files ADD COLUMN first_epoch INTEGER;',
  // Whom alerts are aimed at, and what is still open about whom.
  `
  ALTER TABLE alerts ADD COLUMN targets TEXT;
  CREATE INDEX alerts_unsettled ON alerts (severity, entity, detector, alert_group, targets, start_at) WHERE state <> 'closed';
  CREATE INDEX entities_name ON entities (name);
  `,
  // Rows and series of an upload, which go with it.
  `
  ALTER TABLE files ADD COLUMN upload TEXT;
  ALTER TABLE series ADD COLUMN upload TEXT;
  `,
  // Figures over alerts without reading their bodies; changes of many alerts and what was before; how the readings of an upload ended.
  `
  ALTER TABLE alerts ADD COLUMN units REAL NOT NULL DEFAULT 1;
  ALTER TABLE alerts ADD COLUMN techniques TEXT NOT NULL DEFAULT '[]';
  ALTER TABLE alerts ADD COLUMN promised INTEGER NOT NULL DEFAULT 0;
  UPDATE alerts SET units = coalesce(json_extract(body, '$.count'), 1), techniques = coalesce(json_extract(body, '$.detection.techniques'), '[]'),
    promised = json_extract(body, '$.detection.pValue') IS NOT NULL;
  CREATE INDEX alerts_figures ON alerts (
    alert_group, severity DESC, start_at DESC, id, state, end_at, last_seen, entity, detector, source, notified, units, techniques, promised, assignee
  );
  DROP INDEX alerts_unsettled;
  CREATE INDEX alerts_unsettled ON alerts (severity, entity, id, detector, alert_group, targets, start_at, state) WHERE state <> 'closed';
  CREATE TABLE alert_changes (id INTEGER PRIMARY KEY AUTOINCREMENT, by TEXT NOT NULL, at INTEGER NOT NULL, change TEXT NOT NULL) STRICT;
  CREATE TABLE alert_changes_before (
    change_id INTEGER NOT NULL, alert_id TEXT NOT NULL, state TEXT NOT NULL, state_by TEXT, state_at INTEGER, assignee TEXT, verdict TEXT,
    PRIMARY KEY (change_id, alert_id)
  ) STRICT, WITHOUT ROWID;
  ALTER TABLE series ADD COLUMN last_time REAL;
  ALTER TABLE series ADD COLUMN last_value REAL;
  ALTER TABLE series ADD COLUMN expected REAL;
  ALTER TABLE series ADD COLUMN lower REAL;
  ALTER TABLE series ADD COLUMN upper REAL;
  ALTER TABLE series ADD COLUMN highest REAL;
  `,
  // Scores of incidents are on one scale with their bands.
  `
  UPDATE incidents SET score = 10 + score / 2, body = json_set(body, '$.score', 10 + score / 2) WHERE band = 2 AND score < 10;
  UPDATE incidents SET score = 20 + score / 2, body = json_set(body, '$.score', 20 + score / 2) WHERE band = 3 AND score < 20;
  `,
];

/** Brings a store to the newest version, one transaction a step; refuses one from the future untouched. */
export function migrate(database: RelationalDatabase, path: string, migrations: readonly string[] = MIGRATIONS): void {
  const version = Number(database.get('PRAGMA user_version')?.user_version ?? 0);
  if (version > migrations.length) {
    throw new VedetteError('STORE_NEWER', `${path} has schema version ${version}; this program knows versions up to ${migrations.length}`, {
      hint: 'Install the newer vedette that wrote it, or use another home with --home.',
    });
  }
  for (let step = version; step < migrations.length; step++) {
    database.transaction(() => {
      database.script(migrations[step] as string);
      database.script(`PRAGMA user_version = ${step + 1}`);
    });
  }
}
