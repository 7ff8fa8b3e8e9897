import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';

const MAIN = join(import.meta.dirname, '../../dist/cli/main.js');
const CHECKPOINT = 'tenants/default/training/wave/gru.checkpoint';

describe('SIGKILL while a forecaster is trained', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-train-'));
  const data = join(folder, 'wave.csv');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const start = (home: string) => {
    const options = ['--algorithm', 'gru', '--steps', '3', '--option', 'epochs=8', '--option', 'window=24', '--name', 'wave'];
    const child = spawn(process.execPath, [MAIN, 'train', 'forecast', '--data', data, ...options, '--home', join(folder, home)], {
      stdio: 'ignore',
    });
    return { child, ended: new Promise<number | null>((resolve) => child.on('exit', resolve)) };
  };
  const model = (home: string) => {
    const path = join(folder, home, 'tenants/default/models/wave/1/model.bin');
    return readFileSync(path);
  };

  it('the same command goes on and gives the model that was never interrupted', { timeout: 120_000 }, async () => {
    const rows = Array.from({ length: 2_500 }, (_, i) => {
      const time = new Date(Date.UTC(2026, 0, 1) + i * 600_000).toISOString();
      return `${time},${(100 + 20 * Math.sin(i / 23) + 7 * Math.sin(i / 3.7)).toFixed(3)}`;
    });
    writeFileSync(data, `timestamp,load\n${rows.join('\n')}\n`);
    expect(await start('whole').ended).toBe(0);
    const cut = start('cut');
    while (!existsSync(join(folder, 'cut', CHECKPOINT)) && cut.child.exitCode === null) await sleep(5);
    cut.child.kill('SIGKILL');
    await cut.ended;
    expect(cut.child.signalCode).toBe('SIGKILL');
    expect(existsSync(join(folder, 'cut', CHECKPOINT))).toBe(true);
    expect(await start('cut').ended).toBe(0);
    expect(model('cut').equals(model('whole'))).toBe(true);
    expect(existsSync(join(folder, 'cut', CHECKPOINT))).toBe(false);
  });
});
