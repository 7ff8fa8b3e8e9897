import type { Template } from '../../core/index.ts';
import type { TemplateChange } from './messages.ts';

/** What has changed in the templates of each format since it was asked last. */
export class TemplateChanges {
  readonly #known = new Map<string, TemplateChange[]>();

  since(format: string, templates: readonly Template[]): TemplateChange[] {
    const known = this.#known.get(format) ?? [];
    this.#known.set(format, known);
    const changes: TemplateChange[] = [];
    for (const [code, { id, text }] of templates.entries()) {
      const before = known[code];
      if (before !== undefined && before.id === id && before.text === text) continue;
      const change = { code, id, text };
      known[code] = change;
      changes.push(change);
    }
    return changes;
  }
}

/** The same templates at the other end: by code, as they stood at the batch that was taken last. Their counts come at the end. */
export class TemplateCopies {
  readonly #copies = new Map<string, Template[]>();

  apply(format: string, changes: readonly TemplateChange[]): readonly Template[] {
    const copies = this.#copies.get(format) ?? [];
    this.#copies.set(format, copies);
    for (const { code, id, text } of changes) copies[code] = { id, text, count: 0 };
    return copies;
  }
}
