import { join } from 'node:path';
import { cleanFlows } from './clean.ts';
import { type ClosedSet, closedSet } from './closed-set.ts';
import { type LeaveOneOut, leaveOneOut } from './leave-one-out.ts';
import { type Promised, promisedInTime, promisedOfGroups, windowSizes } from './promised.ts';
import { readFlows } from './read.ts';
import { type Shifted, shiftedDetection } from './shifted.ts';

export interface FlowQuality {
  readonly commit: string;
  readonly cicids2017: {
    readonly random: ClosedSet;
    readonly time: ClosedSet;
    readonly leave_one_out: LeaveOneOut;
    readonly leave_family_out: LeaveOneOut;
    readonly promised: readonly Promised[];
  };
  readonly unsw_nb15: ClosedSet;
  readonly unsw_nb15_without_duplicates: ClosedSet;
  readonly unsw_nb15_promised: Promised;
  readonly nsl_kdd: Shifted;
}

const SLOW = { 'DoS Slowloris': 'slow DoS', 'DoS Slowhttptest': 'slow DoS' };
/** Finer than the hierarchy: only the same tool or page under several labels is one. */
const TOOLS: Readonly<Record<string, string>> = {
  'Infiltration - Portscan': 'Portscan',
  'Web Attack - Brute Force': 'Web Attack',
  'Web Attack - SQL Injection': 'Web Attack',
  'Web Attack - XSS': 'Web Attack',
};

/** Every figure of docs/quality/flows; takes some minutes. */
export async function flowQuality(options: { folder: string; commit: string; log: (line: string) => void }): Promise<FlowQuality> {
  const { folder, commit, log } = options;
  const flows = (path: string) => join(folder, 'flows', path);
  const cic = await readFlows([flows('cicids2017-improved/cicids2017_improved_dev.csv.gz')], { label: 'Label' });
  const cicCleaned = cleanFlows(cic);
  // the data set's documentation names this network as the inside
  const homeNetworks = ['192.168.10.0/24'];
  const closed = async (split: 'random' | 'time') => {
    const result = await closedSet(cic, cicCleaned, { split, homeNetworks, merge: SLOW });
    log(`CIC-IDS2017 ${split}: accuracy ${result.trees.accuracy.value.toFixed(4)}, macro-F1 ${result.trees.macro_f1.toFixed(3)}`);
    return result;
  };
  const cicids2017 = {
    random: await closed('random'),
    time: await closed('time'),
    leave_one_out: await leaveOneOut(cic, cicCleaned, { familyOf: (label) => TOOLS[label] ?? label, log }),
    leave_family_out: await leaveOneOut(cic, cicCleaned, { log }),
    promised: await promisedInTime({ table: cic, cleaned: cicCleaned }),
  };
  const unsw = await readFlows([flows('unsw-nb15/unsw_nb15_82k_dev.csv.gz')], { label: 'attack_cat' });
  // published figures keep the duplicates, more than a quarter of the rows
  const unsw_nb15 = await closedSet(unsw, cleanFlows(unsw, { duplicates: 'keep' }), { split: 'hash' });
  const distinct = cleanFlows(unsw);
  const unsw_nb15_without_duplicates = await closedSet(unsw, distinct, { split: 'hash' });
  const sizes = windowSizes({ table: cic, cleaned: cicCleaned });
  const unsw_nb15_promised = await promisedOfGroups({ table: unsw, cleaned: distinct }, sizes);
  log(`UNSW-NB15: accuracy ${unsw_nb15.trees.accuracy.value.toFixed(4)}`);
  const nsl = async (path: string) => {
    const table = await readFlows([flows(path)], { label: 'label' });
    return { table, cleaned: cleanFlows(table) };
  };
  const nsl_kdd = await shiftedDetection(await nsl('nsl-kdd/KDDTrain+_20Percent.txt.gz'), await nsl('nsl-kdd/KDDTest+.txt.gz'));
  log(`NSL-KDD: accuracy of A ${nsl_kdd.methods['A at the promised rate']?.accuracy.value.toFixed(4)}`);
  return { commit, cicids2017, unsw_nb15, unsw_nb15_without_duplicates, unsw_nb15_promised, nsl_kdd };
}
