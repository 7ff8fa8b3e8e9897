import { seededRandom } from '../src/core/index.ts';

const LEVELS = ['INFO', 'INFO', 'INFO', 'WARN'];
const HDFS: readonly ((block: string, number: (most: number) => number, address: () => string) => [string, string])[] = [
  (block, _number, address) => ['dfs.DataNode$DataXceiver', `Receiving block ${block} src: /${address()} dest: /${address()}`],
  (block, number) => ['dfs.DataNode$PacketResponder', `PacketResponder ${number(3)} for block ${block} terminating`],
  (block, number, address) => ['dfs.DataNode$PacketResponder', `Received block ${block} of size ${number(67108864)} from /${address()}`],
  (block, number, address) => [
    'dfs.FSNamesystem',
    `BLOCK* NameSystem.addStoredBlock: blockMap updated: ${address()} is added to ${block} size ${number(67108864)}`,
  ],
  (block, number) => [
    'dfs.FSNamesystem',
    `BLOCK* NameSystem.allocateBlock: /user/root/rand/_temporary/_task_${number(9999)}/part-${number(9999)}. ${block}`,
  ],
  (block, _number, address) => ['dfs.DataNode$DataXceiver', `${address()} Served block ${block} to /${address()}`],
  (block) => ['dfs.DataBlockScanner', `Verification succeeded for ${block}`],
];

/** Lines like HDFS prints them: seven events, everything else varies. */
export function repetitiveLog(lines: number, seed = 1): Buffer {
  const random = seededRandom(seed);
  const number = (most: number): number => Math.floor(random() * most);
  const address = (): string => `10.25${number(2)}.${number(256)}.${number(256)}:${number(3) === 0 ? 50010 : 32768 + number(28000)}`;
  const out: string[] = [];
  for (let i = 0; i < lines; i++) {
    const block = `blk_${random() < 0.5 ? '-' : ''}${Math.floor(random() * 9e15)}${number(900) + 100}`;
    const event = HDFS[number(HDFS.length)] as (typeof HDFS)[number];
    const [component, message] = event(block, number, address);
    out.push(
      `081109 20${String(10 + ((i >> 12) % 50))}${String(10 + ((i >> 6) % 50))} ${number(900) + 10} ${LEVELS[number(4)]} ${component}: ${message}`,
    );
  }
  return Buffer.from(`${out.join('\n')}\n`);
}

/** Lines of `events` made-up events from a vocabulary of 3,000 words, with names, paths, ids and numbers that vary. */
export function diverseLog(lines: number, events = 2000, seed = 2): Buffer {
  const random = seededRandom(seed);
  const number = (most: number): number => Math.floor(random() * most);
  const word = (): string =>
    `${'bcdfglmnprstv'[number(13)]}${'aeiou'[number(5)]}${'lmnrst'[number(6)]}${'aeiou'[number(5)]}${'dgkmnt'[number(6)]}`;
  const words = Array.from({ length: 3000 }, word);
  const values: readonly (() => string)[] = [
    () => String(number(1e6)),
    () => `10.${number(256)}.${number(256)}.${number(256)}`,
    () => `user${number(5000)}`,
    () => `/var/${words[number(40)]}/${words[number(3000)]}`,
    () => `id=${number(1e9).toString(16)}`,
  ];
  const shapes = Array.from({ length: events }, () =>
    Array.from({ length: 5 + number(12) }, () => (number(4) === 0 ? values[number(values.length)] : words[number(3000)])),
  );
  const out: string[] = [];
  for (let i = 0; i < lines; i++) {
    const shape = shapes[number(events)] as (typeof shapes)[number];
    const message = shape.map((part) => (typeof part === 'function' ? part() : part)).join(' ');
    out.push(
      `2024-01-02 03:${String(10 + ((i >> 14) % 50))}:${String(10 + ((i >> 8) % 50))},000 INFO [main] app.${words[number(30)]}: ${message}`,
    );
  }
  return Buffer.from(`${out.join('\n')}\n`);
}
