import { Command } from 'commander';
import { alertsCommand } from './commands/alerts.ts';
import { analyzeCommand } from './commands/analyze.ts';
import { adminLinkCommand, backupCommand, restoreCommand } from './commands/backup.ts';
import { benchCommand } from './commands/bench.ts';
import { collectCommand } from './commands/collect.ts';
import { completionCommand } from './commands/completion.ts';
import { configCommand } from './commands/config.ts';
import { doctorCommand } from './commands/doctor.ts';
import { entitiesCommand } from './commands/entities.ts';
import { evaluateCommand } from './commands/evaluate.ts';
import { forecastCommand } from './commands/forecast.ts';
import { incidentsCommand } from './commands/incidents.ts';
import { modelsCommand } from './commands/models.ts';
import { parseCommand } from './commands/parse.ts';
import { scoreCommand } from './commands/score.ts';
import { trainCommand } from './commands/train.ts';
import { upCommand } from './commands/up.ts';
import { shippedUseCasesCommand } from './commands/use-cases.ts';
import { wantsJson } from './output.ts';
import { programVersion } from './version.ts';

const HELP_HINT = '(add --help for what it understands)';
/** With `-o json` the one error is told as JSON, by `failWith`. */
const OUTPUT = {
  writeErr(text: string): void {
    if (!wantsJson()) process.stderr.write(text);
  },
};

/** Options only: each command's work is imported when it runs, so `--help` stays quick. */
export function buildProgram(): Command {
  const program = new Command('vedette')
    .description('Learns what is normal in logs, traffic, system calls and readings; raises few, explained, traceable alerts.')
    .version(programVersion(), '-V, --version')
    .showHelpAfterError(HELP_HINT)
    .showSuggestionAfterError()
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput(OUTPUT);
  const commands = [
    upCommand(),
    collectCommand(),
    analyzeCommand(),
    parseCommand(),
    trainCommand(),
    scoreCommand(),
    evaluateCommand(),
    forecastCommand(),
    modelsCommand(),
    alertsCommand(),
    incidentsCommand(),
    entitiesCommand(),
    shippedUseCasesCommand(),
    configCommand(),
    backupCommand(),
    restoreCommand(),
    adminLinkCommand(),
    doctorCommand(),
    benchCommand(),
    completionCommand(() => program),
  ];
  for (const command of commands) program.addCommand(inheritExit(command));
  return program;
}

function inheritExit(command: Command): Command {
  command.exitOverride().showHelpAfterError(HELP_HINT).showSuggestionAfterError().configureOutput(OUTPUT);
  for (const child of command.commands) inheritExit(child as Command);
  return command;
}
