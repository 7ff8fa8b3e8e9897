import { Command } from 'commander';
import { withCommonOptions, withExample } from '../options.ts';

export function backupCommand(): Command {
  const command = withCommonOptions(
    new Command('backup')
      .description('write everything a home keeps into one file, also while it runs')
      .argument('<file>', 'file to write'),
  );
  withExample(command, 'vedette backup /backup/vedette-2026-01-05.tar');
  return command.action(async (file, options) => (await import('../run/backup.ts')).backup(file, options));
}

export function restoreCommand(): Command {
  const command = withCommonOptions(
    new Command('restore').description('make a home from a backup; refuses one that is not empty').argument('<file>', 'backup to read'),
  );
  withExample(command, 'vedette restore /backup/vedette-2026-01-05.tar --home /var/lib/vedette');
  return command.action(async (file, options) => (await import('../run/backup.ts')).restore(file, options));
}

export function adminLinkCommand(): Command {
  const command = withCommonOptions(
    new Command('admin-link').description('make a one-time link that makes an administrator, or takes back a lost account'),
  );
  withExample(command, 'vedette admin-link');
  return command.action(async (options) => (await import('../run/backup.ts')).adminLink(options));
}
