import { Command } from 'commander';
import { collect, withConfiguration, withExample } from '../options.ts';

export function collectCommand(): Command {
  const command = withConfiguration(new Command('collect').description('send this host’s logs, packets and metrics to a vedette server'));
  command
    .option('--logs <url>', 'source `http` of the server, for log lines')
    .option('--metrics <url>', 'source `metrics-http` of the server, for readings')
    .option('--packets <url>', 'source `capture-chunks` of the server, for packets')
    .option('--token-file <path>', 'file with the token of these sources')
    .option('--ca <path>', 'PEM file of the authorities that sign the server')
    .option('--name <name>', 'name of this host at the server (default: its own)')
    .option('--file <path>', 'follow this log file (repeatable)', collect, [])
    .option('--directory <path>', 'follow the log files of this folder (repeatable)', collect, [])
    .option('--journald', 'follow the systemd journal')
    .option('--capture <interface>', 'capture packets with tcpdump')
    .option('--host-metrics', 'measure this host')
    .option('--status', 'tell how far the collector that runs is, and end');
  withExample(
    command,
    'vedette collect --logs https://vedette.example:7735 --token-file /etc/vedette/token --file /var/log/auth.log --journald',
    'vedette collect -c /etc/vedette/collect.yaml --home /var/lib/vedette-collect',
    'vedette collect --status',
  );
  return command.action(async (options) => (await import('../run/collect.ts')).collectHost(options));
}
