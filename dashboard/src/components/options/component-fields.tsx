import { Select, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { OptionFields } from './option-fields.tsx';
import { optionsOf } from './schema.ts';
import type { ComponentForm, KnownComponent } from './use-component-form.ts';

interface Props<K extends KnownComponent> {
  readonly form: ComponentForm<K>;
  readonly label: string;
  /** Shown at once beside the required options. */
  readonly main?: readonly string[];
  /** One that exists keeps its kind. */
  readonly fixed?: boolean;
  /** Another kind was chosen. */
  readonly onKind?: () => void;
  /** Between the kind and its options. */
  readonly children?: ReactNode;
}

/** The kind of a component and the options of that kind. */
export function ComponentFields<K extends KnownComponent>({ form, label, main = [], fixed = false, onKind, children }: Props<K>) {
  return (
    <>
      <Select
        size="xs"
        label={label}
        description={form.chosen?.summary}
        data={form.known.map(({ name }) => name)}
        searchable
        value={form.type}
        disabled={fixed}
        allowDeselect={false}
        onChange={(next) => {
          if (next === null || next === form.type) return;
          form.choose(next);
          onKind?.();
        }}
      />
      {children}
      <OptionFields options={optionsOf(form.chosen?.schema ?? {})} value={form.texts} onChange={form.setTexts} main={main} />
      {form.unreadable !== '' && <p className="level-error">{form.unreadable}</p>}
    </>
  );
}

/** Its name in the configuration, which one that exists keeps. */
export function NameField({ name, fixed, onChange }: { name: string; fixed: boolean; onChange: (name: string) => void }) {
  return (
    <TextInput
      size="xs"
      label="Name"
      required
      pattern="[a-z0-9][a-z0-9_.\-]{0,63}"
      title="a-z 0-9 _ . -"
      autoComplete="off"
      disabled={fixed}
      value={name}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
