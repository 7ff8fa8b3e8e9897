import type { Expression } from '../expression/expression.ts';
import { FUNCTIONS } from '../expression/functions.ts';
import type { PlannedAggregate } from '../plan/aggregate.ts';
import { ZERO_OF_NOTHING } from '../plan/aggregates.ts';
import type { FeaturePlan } from '../plan/plan.ts';
import { readSpan, type Span, within } from './span.ts';

/**
 * DuckDB SQL of a planned feature over `relation`, a table or subquery with the stored columns of its event kind (times as whole
 * microseconds, addresses as text). Gives the key columns, `window_start`, `window_end`, `events` and the aggregates, one row a window, of
 * all events whatever their order; only the windows wholly inside `span`. The connection needs the functions of TEXT_FUNCTIONS.
 */
export function duckdbSql(plan: FeaturePlan, relation: string, span: Span = {}): string {
  const keys = plan.key.map((_, i) => `k${i}`);
  const keyList = keys.join(', ');
  const operands = plan.aggregates.flatMap(({ operands }, a) => operands.map((operand, i) => `${sql(operand)} AS a${a}_${i}`));
  const picks = [`${sql(plan.time)} AS moment`, ...plan.key.map(({ expression }, i) => `${sql(expression)} AS k${i}`), ...operands];
  const where = plan.where === undefined ? 'true' : `(${sql(plan.where)}) IS TRUE`;
  const present = [...['moment', ...keys].map((column) => `${column} IS NOT NULL`), ...within('moment', readSpan(plan, span))].join(
    ' AND ',
  );
  const seen = plan.aggregates.flatMap(({ name }, a) =>
    name === 'first-seen'
      ? [`row_number() OVER (PARTITION BY ${keyList}, a${a}_0 ORDER BY moment) = 1 AND a${a}_0 IS NOT NULL AS s${a}`]
      : [],
  );
  const parts = [
    `rows AS (SELECT ${picks.join(', ')} FROM ${relation} WHERE ${where})`,
    `keyed AS (SELECT ${['*', ...seen].join(', ')} FROM rows WHERE ${present})`,
    ...windowed(plan, keyList),
  ];
  const gap = `moment - lag(moment) OVER (PARTITION BY ${keyList}, ws ORDER BY moment) AS gap`;
  parts.push(`gaps AS (SELECT *, ${gap} FROM windowed)`);
  const columns = plan.aggregates.map((aggregate, a) => `${aggregateSql(aggregate, a)} AS "${aggregate.column}"`);
  parts.push(
    `grouped AS (SELECT ${keyList}, min(ws) AS ws, ${plan.window.type === 'session' ? 'max(moment)' : 'min(we)'} AS we, count(*) AS events, ${columns.join(', ')} FROM gaps GROUP BY ${keyList}, ws)`,
  );
  const empties = plan.window.type === 'tumbling' && plan.window.empty > 0 ? emptyWindows(plan, keyList, relation, span) : [];
  parts.push(...empties);
  const named = plan.key.map(({ name }, i) => `k${i} AS "${name}"`).join(', ');
  const aggregates = plan.aggregates.map(({ column }) => `"${column}"`).join(', ');
  const last = empties.length > 0 ? 'complete' : 'grouped';
  const { from, to } = span;
  const inside = [...within('ws', from === undefined ? {} : { from }), ...(to === undefined ? [] : [`${closes(plan)} <= ${to}`])];
  const whole = inside.length === 0 ? '' : ` WHERE ${inside.join(' AND ')}`;
  return `WITH ${parts.join(',\n')}\nSELECT ${named}, ws AS window_start, we AS window_end, events, ${aggregates} FROM ${last}${whole}`;
}

/** When nothing can join a window any more: a session is open until its key was silent for `idle`. */
function closes({ window }: FeaturePlan): string {
  return window.type === 'session' ? `we + ${window.idle}` : 'we';
}

/** Assigns each event to its windows: `ws` and `we`, start and end. */
function windowed({ window }: FeaturePlan, keyList: string): string[] {
  if (window.type === 'tumbling') {
    const start = `floor(moment / ${window.size}) * ${window.size}`;
    return [`windowed AS (SELECT *, ${start} AS ws, ${start} + ${window.size} AS we FROM keyed)`];
  }
  if (window.type === 'sliding') {
    const { size, slide } = window;
    const indices = `range((floor((moment - ${size}) / ${slide}) + 1)::BIGINT, (floor(moment / ${slide}) + 1)::BIGINT)`;
    return [
      `placed AS (SELECT *, unnest(${indices}) AS window_index FROM keyed)`,
      `windowed AS (SELECT *, window_index * ${slide}::DOUBLE AS ws, window_index * ${slide}::DOUBLE + ${size} AS we FROM placed)`,
    ];
  }
  return [
    `paused AS (SELECT *, coalesce(moment - lag(moment) OVER (PARTITION BY ${keyList} ORDER BY moment) > ${window.idle}, true) AS begins FROM keyed)`,
    `numbered AS (SELECT *, sum(begins::INTEGER) OVER (PARTITION BY ${keyList} ORDER BY moment ROWS UNBOUNDED PRECEDING) AS session FROM paused)`,
    `windowed AS (SELECT *, min(moment) OVER (PARTITION BY ${keyList}, session) AS ws, moment AS we FROM numbered)`,
  ];
}

/** Up to `empty` windows after each one that has events, before the next that has, and over by the end of the data. */
function emptyWindows(plan: FeaturePlan, keyList: string, relation: string, { to }: Span): string[] {
  const { size, empty } = plan.window as FeaturePlan['window'] & { type: 'tumbling' };
  const silent = plan.aggregates.map(({ name, column }) => {
    const value = name === 'silence' ? String(size / 1e6) : ZERO_OF_NOTHING.has(name) ? '0' : 'NULL';
    return `${value} AS "${column}"`;
  });
  return [
    `followed AS (SELECT ${keyList}, ws, lead(ws) OVER (PARTITION BY ${keyList} ORDER BY ws) AS next, unnest(range(1, ${empty + 1})) AS step FROM grouped)`,
    `silent AS (SELECT ${keyList}, ws + step * ${size} AS ws, ws + (step + 1) * ${size} AS we, 0 AS events, ${silent.join(', ')} FROM followed
  WHERE (next IS NULL OR ws + step * ${size} < next) AND ws + (step + 1) * ${size} <= (SELECT ${to === undefined ? 'max(moment)' : `least(max(moment), ${to})`} FROM (SELECT ${sql(plan.time)} AS moment FROM ${relation})))`,
    'complete AS (SELECT * FROM grouped UNION ALL SELECT * FROM silent)',
  ];
}

function aggregateSql({ name, operands, parameter }: PlannedAggregate, a: number): string {
  const x = `a${a}_0`;
  switch (name) {
    case 'count':
      return operands.length === 0 ? 'count(*)::DOUBLE' : `count(*) FILTER (WHERE ${x} IS TRUE)::DOUBLE`;
    case 'sum':
      return `coalesce(sum(${x}), 0)`;
    case 'mean':
      return `avg(${x})`;
    case 'stddev':
      return `stddev_samp(${x})`;
    case 'min':
    case 'max':
      return `${name}(${x})`;
    case 'distinct':
      return `count(DISTINCT ${x})::DOUBLE`;
    case 'distinct-length':
      return `coalesce(list_sum(list_transform(list_distinct(list(${x})), lambda v: length(v))), 0)::DOUBLE`;
    case 'entropy':
      return `CASE WHEN count(${x}) > 0 THEN entropy(${x}) FILTER (WHERE ${x} IS NOT NULL) END`;
    case 'ratio':
      return operands.length === 1
        ? `avg(CASE WHEN ${x} IS TRUE THEN 1.0::DOUBLE WHEN ${x} IS FALSE THEN 0.0::DOUBLE END)`
        : `CASE WHEN coalesce(sum(a${a}_1), 0) <> 0 THEN coalesce(sum(${x}), 0) / sum(a${a}_1) END`;
    case 'quantile':
      return `quantile_disc(${x}, ${parameter})`;
    case 'first-seen':
      return `count(*) FILTER (WHERE s${a})::DOUBLE`;
    case 'silence':
      return 'greatest(min(moment) - min(ws), coalesce(max(gap), 0), min(we) - max(moment)) / 1e6::DOUBLE';
    case 'periodicity':
      return 'CASE WHEN count(gap) >= 3 AND avg(gap) <> 0 THEN greatest(0, 1 - stddev_samp(gap) / avg(gap)) END';
  }
}

/** SQL of an expression; absent values follow SQL in the embedded engine too. */
export function sql(expression: Expression): string {
  switch (expression.kind) {
    case 'column':
      // Templates are numbers while they are mined, and stored by their stable names.
      return expression.type === 'number' && expression.name !== 'template' ? `"${expression.name}"::DOUBLE` : `"${expression.name}"`;
    case 'literal':
      return expression.type === 'text'
        ? quoted(expression.value)
        : expression.type === 'number'
          ? `${expression.value}::DOUBLE`
          : String(expression.value);
    case 'not':
      return `(NOT ${sql(expression.operand)})`;
    case 'logic':
      return `(${sql(expression.left)} ${expression.op.toUpperCase()} ${sql(expression.right)})`;
    case 'compare':
      return `(${sql(expression.left)} ${expression.op === '!=' ? '<>' : expression.op} ${sql(expression.right)})`;
    case 'arithmetic': {
      const [left, right] = [sql(expression.left), sql(expression.right)];
      return expression.op === '/' ? `(${left} / nullif(${right}, 0))` : `(${left} ${expression.op} ${right})`;
    }
    case 'among': {
      const values = expression.values.map((value) => (typeof value === 'string' ? quoted(value) : `${value}::DOUBLE`));
      return `(${sql(expression.operand)} IN (${values.join(', ')}))`;
    }
    case 'inside': {
      const address = `vedette_address(${sql(expression.operand)})`;
      const ranges = expression.networks.map(({ first, last }) => `${address} BETWEEN '${first}' AND '${last}'`);
      return `(${ranges.join(' OR ') || 'false'})`;
    }
    case 'absent':
      return `(${sql(expression.operand)} IS NULL)`;
    case 'if': {
      const other = expression.other === undefined ? '' : ` ELSE ${sql(expression.other)}`;
      return `(CASE WHEN ${sql(expression.condition)} THEN ${sql(expression.value)}${other} END)`;
    }
    case 'call':
      return `(${FUNCTIONS[expression.name].duckdb(...expression.operands.map(sql))})`;
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
