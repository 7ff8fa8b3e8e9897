import { Checkbox, Select, Textarea, TextInput } from '@mantine/core';
import { type ComponentOption, kindOf, labelOf, type OptionText, textOf } from './schema.ts';

interface OptionFieldsProps {
  readonly options: readonly ComponentOption[];
  readonly value: OptionText;
  readonly onChange: (value: OptionText) => void;
  /** Shown at once beside the required ones; the others wait under "Further options". */
  readonly main?: readonly string[];
}

/** A form for the options of a component, made from their schema. */
export function OptionFields({ options, value, onChange, main = [] }: OptionFieldsProps) {
  const shown = options.filter(({ name, required }) => required || main.includes(name));
  const further = options.filter((one) => !shown.includes(one));
  const field = (option: ComponentOption) => (
    <OptionField
      key={option.name}
      option={option}
      value={value[option.name] ?? ''}
      onChange={(next) => onChange({ ...value, [option.name]: next })}
    />
  );
  return (
    <>
      {shown.map(field)}
      {further.length > 0 && (
        <details>
          <summary>Further options</summary>
          <div className="stack">{further.map(field)}</div>
        </details>
      )}
    </>
  );
}

function OptionField({ option, value, onChange }: { option: ComponentOption; value: string; onChange: (value: string) => void }) {
  const { name, required, schema } = option;
  const normal = textOf(schema.default, schema);
  const common = { size: 'xs', label: labelOf(name), description: schema.description, required } as const;
  switch (kindOf(schema)) {
    case 'flag':
      return (
        <Checkbox
          size="xs"
          label={labelOf(name)}
          description={schema.description}
          checked={(value === '' ? normal : value) === 'true'}
          onChange={(event) => onChange(String(event.currentTarget.checked))}
        />
      );
    case 'choice':
      return (
        <Select
          {...common}
          data={[...(schema.enum ?? [])]}
          placeholder={normal}
          value={value === '' ? null : value}
          clearable={!required}
          onChange={(next) => onChange(next ?? '')}
        />
      );
    case 'json':
      return (
        <Textarea
          {...common}
          placeholder={normal || 'JSON'}
          autosize
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    default:
      return (
        <TextInput
          {...common}
          type={kindOf(schema) === 'number' ? 'number' : /secret|password|token/i.test(name) ? 'password' : 'text'}
          step="any"
          autoComplete="off"
          placeholder={normal}
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
  }
}
