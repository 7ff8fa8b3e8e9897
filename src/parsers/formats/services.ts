import { startsWith } from '../bytes/ascii.ts';
import { anyTimestamp } from '../time/any.ts';
import { iso } from '../time/timestamps.ts';
import type { LogFormat } from './format.ts';
import { layout } from './layout.ts';

/** nginx's error log: `2009/07/30 10:00:00 [error] 1234#0: *5 message`. */
export const nginxError: LogFormat = layout({
  name: 'nginx-error',
  summary: 'nginx error log',
  pattern: '<Date> <Time> [<Level>] <Pid>#<Tid>: <Content>',
  time: iso,
  timeField: 'Date',
  level: 'Level',
  pid: 'Pid',
  joining: 'indented',
  specificity: 16,
});

const kubelet = layout({
  name: 'cri',
  summary: 'Kubernetes container runtime (CRI) log',
  pattern: '<Time> <Stream> <Flag> <Content>',
  time: anyTimestamp,
  timeField: 'Time',
  component: 'Stream',
  joining: 'none',
  specificity: 16,
});

/** `2022-01-28T16:04:05.413656027Z stdout F message` */
export const cri: LogFormat = {
  ...kubelet,
  scan(arena, start, end, header, calendar) {
    if (kubelet.scan(arena, start, end, header, calendar) !== true) return false;
    const { bytes } = arena;
    const stream = header.fieldStart[1] as number;
    const flag = header.fieldStart[2] as number;
    const isStream =
      (header.fieldEnd[1] as number) - stream === 6 &&
      (startsWith(bytes, stream, end, 'stdout') || startsWith(bytes, stream, end, 'stderr'));
    return isStream && (bytes[flag] === 70 || bytes[flag] === 80) && (header.fieldEnd[2] as number) === flag + 1;
  },
};
