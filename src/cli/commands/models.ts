import { Command } from 'commander';
import { withCommonOptions, withExample } from '../options.ts';

export function modelsCommand(): Command {
  const command = new Command('models').description('registered models: list, show, promote, rollback, export, import');
  const add = (name: string, description: string, example: string): Command => {
    const child = withExample(withCommonOptions(new Command(name).description(description)), example);
    command.addCommand(child);
    return child;
  };
  add('list', 'every model with its versions and aliases', 'vedette models list').action(async (options) =>
    (await import('../run/models.ts')).listModels(options),
  );
  add('show', 'data, features, hyper-parameters, metrics of a version', 'vedette models show hdfs@2')
    .argument('<name[@version]>')
    .action(async (name, options) => (await import('../run/models.ts')).showModel(name, options));
  add('promote', 'make a version the champion', 'vedette models promote hdfs@2')
    .argument('<name@version>')
    .action(async (name, options) => (await import('../run/models.ts')).promoteModel(name, options));
  add('rollback', 'go back to the champion before', 'vedette models rollback hdfs')
    .argument('<name>')
    .action(async (name, options) => (await import('../run/models.ts')).rollbackModel(name, options));
  add('export', 'write a version to one file', 'vedette models export hdfs@2 --out hdfs.vmodel')
    .argument('<name[@version]>')
    .option('--onnx <file>', 'instead: what it scores with as an ONNX model, for any ONNX runtime')
    .option('--out <file>', 'file to write (default: <name>-<version>.vmodel)')
    .action(async (name, options) => (await import('../run/models.ts')).exportModel(name, options));
  add('import', 'read a version from one file', 'vedette models import hdfs.vmodel')
    .argument('<file>')
    .option('--name <name>', 'name to register it under (default: its own)')
    .action(async (file, options) => (await import('../run/models.ts')).importModel(file, options));
  return command;
}
