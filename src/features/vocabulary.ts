import type { Template } from '../core/index.ts';

/** Id of events whose template is not known (not mined). */
export const UNMINED = 'unmined';

/** Stable template ids -> codes that stay the same while events are open, however the miner numbers its templates. */
export class Vocabulary {
  private readonly index = new Map<string, number>();
  private readonly ids: string[] = [];
  private readonly texts: string[] = [];
  /** By the miner's code: the id it had when last looked up, and our code for it. */
  private cachedId: string[] = [];
  private cachedCode: number[] = [];

  codeOf(template: number, templates: readonly Template[]): number {
    const known = templates[template];
    const id = known?.id ?? UNMINED;
    if (template >= 0 && this.cachedId[template] === id) {
      const code = this.cachedCode[template] as number;
      if (known !== undefined && this.texts[code] !== known.text) this.texts[code] = known.text;
      return code;
    }
    const code = this.intern(id, known?.text ?? id);
    if (template >= 0) {
      this.cachedId[template] = id;
      this.cachedCode[template] = code;
    }
    return code;
  }

  intern(id: string, text: string): number {
    const known = this.index.get(id);
    if (known !== undefined) {
      this.texts[known] = text;
      return known;
    }
    const code = this.ids.push(id) - 1;
    this.texts.push(text);
    this.index.set(id, code);
    return code;
  }

  id(code: number): string {
    return this.ids[code] as string;
  }

  text(code: number): string {
    return this.texts[code] as string;
  }

  get size(): number {
    return this.ids.length;
  }

  clear(): void {
    this.index.clear();
    this.ids.length = 0;
    this.texts.length = 0;
    this.cachedId = [];
    this.cachedCode = [];
  }
}
