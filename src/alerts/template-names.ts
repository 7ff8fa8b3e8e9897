import { type Explanation, quoted, type Template } from '../core/index.ts';

/** Puts the text of a template in place of its id, where only the id was known when the words were made. */
export class TemplateNames {
  readonly #templates: readonly Template[];
  #texts: ReadonlyMap<string, string> | undefined;

  constructor(templates: readonly Template[]) {
    this.#templates = templates;
  }

  in(text: string): string {
    return text.replaceAll(/"?\b([0-9a-f]{16})\b"?/g, (whole, id: string) => {
      this.#texts ??= new Map(this.#templates.map((template) => [template.id, template.text]));
      const known = this.#texts.get(id);
      return known === undefined ? whole : quoted(known);
    });
  }

  /** Subjects of contributions keep the id, which groups like findings whatever a template has come to read, beside the text. */
  inWords(explanation: Explanation): Explanation {
    const contributions = explanation.contributions.map((one) => {
      const text = this.in(one.subject);
      return text === one.subject ? one : { ...one, text };
    });
    return { ...explanation, what: this.in(explanation.what), why: this.in(explanation.why), contributions };
  }
}
