import { readFile } from 'node:fs/promises';
import { formatMicros, VedetteError } from '../../core/index.ts';
import { flowModelOnnx } from '../../training/index.ts';
import type { CommonOptions } from '../options.ts';
import { print, printJson } from '../output.ts';
import { tenantRegistry } from './registry.ts';
import { writeOutput } from './write-output.ts';

export async function listModels(options: CommonOptions): Promise<void> {
  const models = await tenantRegistry(options).list();
  if (options.output === 'json') printJson({ models });
  else if (models.length === 0) print('No models. Train one: vedette train sequence --data PATH');
  else {
    for (const model of models) {
      const aliases = model.aliases.length === 0 ? '' : ` (${model.aliases.join(', ')})`;
      print(`${`${model.name}@${model.version}`.padEnd(24)} ${model.detector.padEnd(12)} ${formatMicros(model.createdAt)}${aliases}`);
    }
  }
}

export async function showModel(reference: string, options: CommonOptions): Promise<void> {
  const model = await tenantRegistry(options).show(reference);
  if (options.output === 'json') printJson(model);
  else {
    print(`${model.name}@${model.version} ${model.detector}${model.aliases.length === 0 ? '' : ` (${model.aliases.join(', ')})`}`);
    print(`  made      ${formatMicros(model.createdAt)} by vedette ${model.program}, seed ${model.seed}`);
    print(`  data      ${model.data.rows} rows, sha256 ${model.data.sha256}`);
    print(`  features  ${JSON.stringify(model.features)}`);
    print(`  options   ${JSON.stringify(model.hyperParameters)}`);
    print(`  metrics   ${JSON.stringify(model.metrics)}`);
    print(`  promise   ${JSON.stringify(model.calibration)}`);
    for (const file of model.files) print(`  file      ${file.name} ${file.bytes} bytes, sha256 ${file.sha256}`);
  }
}

export async function promoteModel(reference: string, options: CommonOptions): Promise<void> {
  const model = await tenantRegistry(options).promote(reference);
  said(options, `${model.name}@${model.version} is the champion now.`, { champion: `${model.name}@${model.version}` });
}

export async function rollbackModel(name: string, options: CommonOptions): Promise<void> {
  const model = await tenantRegistry(options).rollback(name);
  said(options, `${model.name}@${model.version} is the champion again.`, { champion: `${model.name}@${model.version}` });
}

export async function exportModel(reference: string, options: CommonOptions & { out?: string; onnx?: string }): Promise<void> {
  if (options.onnx !== undefined) {
    await exportOnnx(reference, options.onnx, options);
    return;
  }
  const registry = tenantRegistry(options);
  const model = await registry.show(reference);
  const out = options.out ?? `${model.name}-${model.version}.vmodel`;
  const bytes = await registry.exportModel(reference);
  await writeOutput(out, bytes);
  said(options, `${out}: ${model.name}@${model.version}, ${bytes.length} bytes.`, {
    model: `${model.name}@${model.version}`,
    out,
    bytes: bytes.length,
  });
}

/** The ONNX model a version was stored with, or made of what it has learnt. */
async function exportOnnx(reference: string, out: string, options: CommonOptions): Promise<void> {
  const loaded = await tenantRegistry(options).loadModel(reference);
  const name = `${loaded.manifest.name}@${loaded.manifest.version}`;
  const stored = Object.entries(loaded.files).filter(([file]) => file.endsWith('.onnx'));
  const [first] = stored;
  if (stored.length > 1)
    throw new VedetteError('UNSUPPORTED', `${name} is made of ${stored.length} ONNX models: ${stored.map(([file]) => file).join(', ')}`, {
      hint: 'Export the version with --out: the archive holds them all.',
    });
  const bytes = first?.[1] ?? (await flowModelOnnx(loaded));
  if (bytes === undefined)
    throw new VedetteError('UNSUPPORTED', `a model of ${loaded.manifest.detector} is not expressed in ONNX`, {
      hint: 'Export it with --out; vedette scores with it.',
    });
  await writeOutput(out, bytes);
  said(options, `${out}: ${name} as ONNX, ${bytes.length} bytes.`, { model: name, out, bytes: bytes.length });
}

export async function importModel(file: string, options: CommonOptions & { name?: string }): Promise<void> {
  const model = await tenantRegistry(options).importModel(await readFile(file), options.name === undefined ? {} : { name: options.name });
  said(options, `${model.name}@${model.version} imported from ${file}.`, { model: `${model.name}@${model.version}` });
}

function said(options: CommonOptions, text: string, value: unknown): void {
  if (options.output === 'json') printJson(value);
  else print(text);
}
