import type { Chunks } from '../bytes/chunks.ts';
import type { Element } from './binxml.ts';
import { eventJson } from './event.ts';

const NAMESPACE = 'http://schemas.microsoft.com/win/2004/08/events/event';
const START = /^\ufeff?\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<Events[^>]{0,200}>\s*)?<Event\s[^>]{0,400}>/;
const END = '</Event>';
/** Characters of one event; Windows writes at most 64 KiB of binary XML. */
const LONGEST = 1 << 20;
const DEEPEST = 32;
/** A tag with its attributes, whose values hold no `<`: it is never looked for beyond the next one. */
const TAG = /<(\/?)([\w:.-]+)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y;
/** Plain text, and what carries no data. */
const CDATA = '<![CDATA[';
const SECTIONS = [
  [CDATA, ']]>'],
  ['<!--', '-->'],
  ['<?', '?>'],
] as const;
const ATTRIBUTE = /([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const ENTITY = /&(?:#(\d{1,7})|#x([\da-fA-F]{1,6})|(lt|gt|amp|quot|apos));/g;
const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const NUMBER = /^(?:0|[1-9]\d{0,14})$/;
const encoder = new TextEncoder();

/** Whether a text is a Windows event log exported as XML: by `wevtutil qe /f:xml`, `Get-WinEvent` or the Event Viewer. */
export function isEventXml(head: Uint8Array): boolean {
  const text = new TextDecoder().decode(head.subarray(0, 1024));
  return text.includes(NAMESPACE) && START.test(text);
}

/** Events in XML as lines of JSON, one per event, like those of an EVTX file. What is damaged or too long is left out and told to `bad`. */
export async function* eventXmlLines(chunks: Chunks, bad: (reason: string) => void): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder();
  let held = '';
  for await (const chunk of chunks) {
    held += decoder.decode(chunk, { stream: true });
    const lines: string[] = [];
    for (let end = held.indexOf(END); end >= 0; end = held.indexOf(END)) {
      const event = held.slice(0, end + END.length);
      const start = event.indexOf('<Event ');
      const line = start >= 0 ? lineOf(event.slice(start)) : undefined;
      if (line === undefined) bad('an event is no well-formed XML');
      else lines.push(line);
      held = held.slice(end + END.length);
    }
    if (held.length > LONGEST) {
      bad(`an event is longer than ${LONGEST} characters`);
      held = '';
    }
    if (lines.length > 0) yield encoder.encode(`${lines.join('\n')}\n`);
  }
  if (held.replace('</Events>', '').trim() !== '') bad('the last event is cut short');
}

function lineOf(xml: string): string | undefined {
  const event = elementOf(xml);
  return event === undefined ? undefined : JSON.stringify(eventJson(event, 0n, ''));
}

/** The element that a text is; undefined where it is not well-formed. */
function elementOf(xml: string): Element | undefined {
  const root: Element = { name: '', attributes: new Map(), children: [] };
  const open: Element[] = [root];
  let behind = 0;
  const addText = (text: string): void => {
    const parent = open.at(-1) as Element;
    if (text.trim() !== '' && parent !== root) parent.children.push(NUMBER.test(text) ? Number(text) : text);
  };
  for (let at = xml.indexOf('<'); at >= 0; at = xml.indexOf('<', Math.max(behind, at + 1))) {
    const section = SECTIONS.find(([begin]) => xml.startsWith(begin, at));
    if (section !== undefined) {
      const [begin, end] = section;
      const from = at + begin.length;
      const to = xml.indexOf(end, from);
      if (to < 0) return undefined;
      addText(unescaped(xml.slice(behind, at)));
      if (begin === CDATA) addText(xml.slice(from, to));
      behind = to + end.length;
      continue;
    }
    TAG.lastIndex = at;
    const tag = TAG.exec(xml);
    if (tag === null) continue;
    addText(unescaped(xml.slice(behind, at)));
    behind = at + tag[0].length;
    const [, closes, name = '', attributes, empty] = tag;
    if (closes === '/') {
      if (open.length < 2 || open.pop()?.name !== name) return undefined;
      continue;
    }
    const element: Element = { name, attributes: attributesOf(attributes ?? ''), children: [] };
    (open.at(-1) as Element).children.push(element);
    if (empty === '/') continue;
    open.push(element);
    if (open.length > DEEPEST) return undefined;
  }
  const [event] = root.children;
  return open.length === 1 && behind === xml.length && typeof event === 'object' ? event : undefined;
}

function attributesOf(text: string): Map<string, string> {
  return new Map([...text.matchAll(ATTRIBUTE)].map(([, name, double, single]) => [name as string, unescaped(double ?? single ?? '')]));
}

function unescaped(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(ENTITY, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return NAMED[name] as string;
    const code = decimal === undefined ? Number.parseInt(hex as string, 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
