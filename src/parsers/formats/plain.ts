import { DEFAULT_DRAIN, type LogFormat } from './format.ts';

export const plain: LogFormat = {
  name: 'plain',
  summary: 'lines without a header',
  fields: [],
  joining: 'indented',
  drain: DEFAULT_DRAIN,
  specificity: 0,
  recognised: false,
  scan(_arena, start, end, header) {
    header.messageStart = start;
    header.messageEnd = end;
    return true;
  },
};
