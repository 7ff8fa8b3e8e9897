import { Command } from 'commander';
import { withConfiguration, withExample } from '../options.ts';

export function doctorCommand(): Command {
  const command = withConfiguration(
    new Command('doctor').description('check this machine, the home and the configuration; say what to do'),
  );
  withExample(command, 'vedette doctor');
  return command.action(async (options) => (await import('../run/doctor.ts')).doctor(options));
}
