import { parseAllDocuments } from 'yaml';
import { stableId } from '../../core/index.ts';
import { type CorrelationRule, isLevel, parseCorrelation } from './correlation-rule.ts';
import { compileDetection } from './detection.ts';
import type { LogSource } from './log-source.ts';
import type { RuleProblem, SigmaRule } from './rule.ts';
import { type Placeholders, RuleRefused } from './values.ts';

const MAX_CHARACTERS = 512 * 1024;
const MAX_NESTING = 200;

export interface ParsedRules {
  readonly rules: readonly SigmaRule[];
  readonly correlations: readonly CorrelationRule[];
  readonly problems: readonly RuleProblem[];
}

/** Every rule of a YAML file; what cannot be used is named. YAML aliases are refused: a few bytes of them can hold billions. */
export function parseRules(text: string, file: string, placeholders: Placeholders = {}): ParsedRules {
  const rules: SigmaRule[] = [];
  const correlations: CorrelationRule[] = [];
  const problems: RuleProblem[] = [];
  let documents: unknown[] = [];
  try {
    documents = documentsOf(text);
  } catch (error) {
    problems.push({ file, title: file, reason: error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error) });
  }
  for (const document of documents) {
    if (document === null || document === undefined) continue;
    const title = isMap(document) && typeof document.title === 'string' ? document.title : file;
    try {
      if (!isMap(document)) throw new RuleRefused('it is no map');
      const common = commonOf(document, file);
      if (document.correlation !== undefined) correlations.push(parseCorrelation(document, common));
      else {
        if (!isMap(document.detection)) throw new RuleRefused('it has no detection');
        rules.push({ ...common, source: logSourceOf(document.logsource), matcher: compileDetection(document.detection, placeholders) });
      }
    } catch (error) {
      if (!(error instanceof RuleRefused)) throw error;
      problems.push({ file, title, reason: error.message });
    }
  }
  return { rules, correlations, problems };
}

function documentsOf(text: string): unknown[] {
  if (text.length > MAX_CHARACTERS) throw new RuleRefused(`the file is larger than ${MAX_CHARACTERS} characters`);
  if (bracketDepth(text) > MAX_NESTING || /(?:[-?] ){200}/.test(text)) throw new RuleRefused('the file is nested too deeply');
  return parseAllDocuments(text, { uniqueKeys: true, maxAliasCount: 0, logLevel: 'silent' } as object).map((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw new RuleRefused(`YAML: ${error.message.split('\n', 1)[0]}`);
    try {
      return document.toJS({ maxAliasCount: 0 }) as unknown;
    } catch (error) {
      throw new RuleRefused(`YAML: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
}

/** Counted before the parser recurses into them; brackets within texts count too, which only makes it stricter. */
function bracketDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === '[' || char === '{') deepest = Math.max(deepest, ++depth);
    else if (char === ']' || char === '}') depth = Math.max(0, depth - 1);
  }
  return deepest;
}

function commonOf(document: Readonly<Record<string, unknown>>, file: string) {
  const title = typeof document.title === 'string' ? document.title : undefined;
  if (title === undefined) throw new RuleRefused('it has no title');
  const tags = listOf(document.tags).map((tag) => tag.toLowerCase());
  return {
    id: typeof document.id === 'string' ? document.id : stableId('sigma', title),
    name: typeof document.name === 'string' ? document.name : undefined,
    title,
    description: typeof document.description === 'string' ? document.description.trim() : '',
    level: isLevel(document.level) ? document.level : ('medium' as const),
    techniques: tags.flatMap((tag) => (/^attack\.t\d{4}(\.\d{3})?$/.test(tag) ? [tag.slice(7).toUpperCase()] : [])),
    tactics: tags.flatMap((tag) =>
      /^attack\.[a-z][a-z_-]+$/.test(tag) && !/^attack\.[gstm]\d/.test(tag) ? [tag.slice(7).replaceAll('_', '-')] : [],
    ),
    falsePositives: listOf(document.falsepositives),
    file,
  };
}

function logSourceOf(value: unknown): LogSource {
  if (!isMap(value)) throw new RuleRefused('it has no logsource');
  const part = (name: 'category' | 'product' | 'service'): object => (typeof value[name] === 'string' ? { [name]: value[name] } : {});
  return { ...part('category'), ...part('product'), ...part('service') };
}

function listOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
