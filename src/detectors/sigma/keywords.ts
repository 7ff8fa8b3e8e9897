import { Prefilter } from './prefilter.ts';

/** Whether a text holds any of many lower-case keywords, in one pass over it. */
export class Keywords {
  readonly #keywords: readonly string[];
  readonly #search: Prefilter;

  constructor(keywords: readonly string[]) {
    this.#keywords = keywords;
    this.#search = new Prefilter(keywords.map((keyword) => [keyword]));
  }

  isIn(text: string): boolean {
    return this.#search.some(text, (number, end) => {
      const keyword = this.#keywords[number] as string;
      return text.startsWith(keyword, end - keyword.length);
    });
  }
}
