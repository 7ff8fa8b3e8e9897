import { VedetteError } from '../../core/index.ts';

/** What a topic says by its template. */
export interface TopicMatch {
  readonly device: string;
  /** undefined where the payload names its series. */
  readonly series: string | undefined;
}

/** A template such as `plant/{device}/{series}`: how it is subscribed to, and what a topic says. */
export interface TopicTemplate {
  readonly filter: string;
  match(topic: string): TopicMatch | undefined;
}

/** `{device}` and `{series}` stand for one level each, `+` for one of no interest, `#` at the end for any further ones. */
export function topicTemplate(template: string): TopicTemplate {
  const levels = template.split('/');
  const bad = levels.findIndex(
    (level, at) => (level === '#' && at < levels.length - 1) || (/[{}+#]/.test(level) && !/^(\{device\}|\{series\}|\+|#)$/.test(level)),
  );
  if (bad >= 0 || template === '') {
    throw new VedetteError('CONFIG_INVALID', `the topic ${template} cannot be read at "${levels[bad] ?? ''}"`, {
      hint: 'write it as plant/{device}/{series}, with + for a level of no interest and # at the end for any further ones',
    });
  }
  return {
    filter: levels.map((level) => (level.startsWith('{') ? '+' : level)).join('/'),
    match(topic) {
      const parts = topic.split('/');
      const open = levels.at(-1) === '#';
      if (open ? parts.length < levels.length - 1 : parts.length !== levels.length) return undefined;
      let [device, series] = ['', undefined as string | undefined];
      for (const [at, level] of levels.entries()) {
        const part = parts[at] ?? '';
        if (level === '{device}') device = part;
        else if (level === '{series}') series = part;
        else if (level === '#') series ??= parts.slice(at).join('/') || undefined;
        else if (level !== '+' && level !== part) return undefined;
      }
      return { device, series };
    },
  };
}
