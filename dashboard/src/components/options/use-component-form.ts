import { useState } from 'react';
import { keepHidden, type OptionText, optionsOf, textsOf, valuesOf } from './schema.ts';

export interface KnownComponent {
  readonly name: string;
  readonly summary: string;
  readonly schema: Readonly<Record<string, unknown>>;
}
/** A component as the configuration has it. */
export type Written = Readonly<Record<string, unknown>>;

export interface ComponentForm<K extends KnownComponent> {
  readonly known: readonly K[];
  readonly type: string;
  readonly chosen: K | undefined;
  readonly texts: OptionText;
  /** Why the options cannot be read; empty otherwise. */
  readonly unreadable: string;
  choose(type: string): void;
  setTexts(texts: OptionText): void;
  /** The options as a configuration; undefined where one cannot be read, which is said then. */
  values(): Written | undefined;
}

/** Kind and options of a source, sink or detector; `written` = what the file has now, which what is not shown keeps. */
export function useComponentForm<K extends KnownComponent>(known: readonly K[], first: string, written?: Written): ComponentForm<K> {
  const optionsFor = (name: string) => optionsOf(known.find((one) => one.name === name)?.schema ?? {});
  const [type, setType] = useState(first);
  const [texts, setTexts] = useState<OptionText>(() => textsOf(optionsFor(first), written));
  const [unreadable, setUnreadable] = useState('');
  return {
    ...{ known, type, texts, unreadable, setTexts },
    chosen: known.find((one) => one.name === type),
    choose(next) {
      setType(next);
      setTexts({});
      setUnreadable('');
    },
    values() {
      try {
        setUnreadable('');
        return keepHidden(optionsFor(type), valuesOf(optionsFor(type), texts), written);
      } catch (error) {
        setUnreadable(`An option holds no valid JSON: ${error instanceof Error ? error.message : String(error)}`);
        return undefined;
      }
    },
  };
}
