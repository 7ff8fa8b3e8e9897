import { type AddressInfo, createServer } from 'node:net';
import { Aedes } from 'aedes';
import fc from 'fast-check';
import mqttClient from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeReading, type Reading, type RecordBatch } from '../../core/index.ts';
import { testContext } from '../../testing/context.ts';
import { FROM_START, recordTexts, sourceContract } from '../../testing/source-contract.ts';
import definition from './index.ts';
import { readPayload } from './payload.ts';
import { type TopicMatch, topicTemplate } from './topic.ts';

describe('mqtt keeps the source contract', () => {
  let broker: Aedes | undefined;
  const server = createServer((socket) => broker?.handle(socket));
  const values = Array.from({ length: 20 }, (_, i) => i);
  let url = '';
  beforeAll(async () => {
    broker = await Aedes.createBroker();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise<void>((resolve) => broker?.close(() => server.close(() => resolve()))));
  const context = testContext('mqtt');
  sourceContract({
    create: () => definition.create(definition.config.parse({ url, topics: ['plant/{device}/{series}'] }), context),
    feed: async () => {
      const publisher = await mqttClient.connectAsync(url);
      await new Promise<void>((resolve) =>
        broker?.on('subscribe', (_topics, client) => (client.id === publisher.options.clientId ? undefined : resolve())),
      );
      for (const value of values) await publisher.publishAsync('plant/oven/temperature', String(value));
      await publisher.endAsync();
    },
    expected: values.map((value) => JSON.stringify({ time: context.now(), entity: 'oven', series: 'temperature', value })),
    finite: false,
  });
});

describe('mqtt', () => {
  it('receives numbers and JSON of devices from a broker', async () => {
    const broker = await Aedes.createBroker();
    const server = createServer(broker.handle);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const source = definition.create(
      definition.config.parse({ url, topics: ['plant/{device}/{series}', 'status/{device}'] }),
      testContext('mqtt'),
    );
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), 15_000);
    const publisher = await mqttClient.connectAsync(url);
    broker.on('subscribe', (_subscriptions, client) => {
      if (client.id === publisher.options.clientId) return;
      void publisher.publish('plant/oven/temperature', '201.5');
      void publisher.publish('plant/oven/door', 'hello');
      void publisher.publish('status/pump', JSON.stringify({ ts: 1_700_000_000, rpm: 900, motor: { amps: 3, on: true }, name: 'p' }));
      void publisher.publish('other/x', '1');
    });
    const batches: RecordBatch[] = [];
    for await (const batch of source.read(FROM_START, controller.signal)) {
      batches.push(batch);
      if (recordTexts(batches).length >= 4) break;
    }
    clearTimeout(timer);
    await source.close();
    await publisher.endAsync();
    await new Promise<void>((resolve) => broker.close(() => server.close(() => resolve())));
    const readings = recordTexts(batches).map((text) => JSON.parse(text) as Reading);
    const shown = readings.map(({ entity, series, value }) => `${entity} ${series} ${value}`).sort();
    expect(shown).toEqual(['oven temperature 201.5', 'pump motor.amps 3', 'pump motor.on 1', 'pump rpm 900']);
    expect(readings.find(({ entity }) => entity === 'pump')?.time).toBe(1_700_000_000e6);
    expect(source.counters()).toMatchObject({ unreadable: 1, errors: 0 });
  });

  it('reads topics by their template and refuses templates that say nothing', () => {
    expect(topicTemplate('a/{device}/+/#')).toMatchObject({ filter: 'a/+/+/#' });
    expect(topicTemplate('a/{device}/#').match('a/pump/x/y')).toEqual({ device: 'pump', series: 'x/y' });
    expect(topicTemplate('a/{device}').match('a/pump/x')).toBeUndefined();
    expect(topicTemplate('a/{device}').match('b/pump')).toBeUndefined();
    for (const bad of ['', 'a/#/b', 'a/{room}', 'a/x{device}']) expect(() => topicTemplate(bad)).toThrow(/cannot be read/);
  });

  it('takes any payload', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ maxLength: 100 }), fc.json({ maxDepth: 8 })),
        fc.option(fc.string(), { nil: undefined }),
        (text, series) => {
          for (const reading of readPayload(text, { device: 'd', series }, 5) ?? []) {
            expect(Number.isFinite(reading.value) && Number.isFinite(reading.time)).toBe(true);
          }
        },
      ),
    );
  });

  it('bounds what hostile topics and payloads make: names, depth, number and size of readings, times', () => {
    const long = 'x'.repeat(60_000);
    const match = topicTemplate('{device}/#').match(`${long}/${long}`) as TopicMatch;
    const [reading] = readPayload('1', match, 5) ?? [];
    expect([reading?.entity.length, reading?.series.length]).toEqual([256, 1024]);
    expect(encodeReading(reading as Reading).length).toBeLessThan(2_000);
    const many = JSON.stringify(Object.fromEntries(Array.from({ length: 5_000 }, (_, k) => [`k${k}`, k])));
    expect(readPayload(many, { device: 'd', series: undefined }, 5)).toHaveLength(1_000);
    const deep = `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`;
    expect(readPayload(deep, { device: 'd', series: undefined }, 5)).toBeUndefined();
    for (const text of ['NaN', 'Infinity', '-Infinity', '1e999', '{"a":1e999}', '[1,2]', '"5"', 'null', ''])
      expect(readPayload(text, { device: 'd', series: 's' }, 5)).toBeUndefined();
    for (const ts of ['-5', '1e300', '"-271821-04-20"', '"never"', '{}', 'null'])
      for (const { time } of readPayload(`{"ts":${ts},"v":1}`, { device: 'd', series: undefined }, 5) ?? [])
        expect(Number.isFinite(time)).toBe(true);
  });

  it('leaves out messages that are longer than allowed, and goes on', async () => {
    const broker = await Aedes.createBroker();
    const server = createServer(broker.handle);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const source = definition.create(definition.config.parse({ url, topics: ['#'], maxMessageBytes: 100 }), testContext('mqtt'));
    const publisher = await mqttClient.connectAsync(url);
    broker.on('subscribe', (_subscriptions, client) => {
      if (client.id === publisher.options.clientId) return;
      void publisher.publish('a', Buffer.alloc(1 << 20, 0x31));
      void publisher.publish('b'.repeat(30_000), '2');
      void publisher.publish('c', Buffer.from([0xff, 0xfe, 0]));
      void publisher.publish('d', '4');
    });
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), 15_000);
    const batches: RecordBatch[] = [];
    for await (const batch of source.read(FROM_START, controller.signal)) {
      batches.push(batch);
      if (recordTexts(batches).length >= 2) break;
    }
    clearTimeout(timer);
    await source.close();
    await publisher.endAsync();
    await new Promise<void>((resolve) => broker.close(() => server.close(() => resolve())));
    const readings = recordTexts(batches).map((text) => JSON.parse(text) as Reading);
    expect(readings.map(({ series, value }) => [series.length, value])).toEqual([
      [1024, 2],
      [1, 4],
    ]);
    expect(source.counters()).toMatchObject({ oversized: 1, unreadable: 1, messages: 4 });
  });

  it('cuts a broker off whose packet does not end, and tries it again', async () => {
    let sent = 0;
    let connections = 0;
    const server = createServer((socket) => {
      connections++;
      socket.on('error', () => {});
      socket.once('data', () => {
        socket.write(Uint8Array.of(0x20, 2, 0, 0));
        // PUBLISH of 200 MB.
        socket.write(Uint8Array.of(0x30, 0x80, 0x84, 0xaf, 0x5f, 0, 1, 0x61));
        const block = Buffer.alloc(1 << 16, 0x31);
        const more = () => {
          if (socket.destroyed || sent > 100e6) return;
          sent += block.length;
          socket.write(block, more);
        };
        more();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const source = definition.create(
      definition.config.parse({ url, topics: ['#'], maxMessageBytes: 1000, reconnectMs: 50 }),
      testContext('mqtt'),
    );
    const controller = new AbortController();
    const reading = (async () => {
      for await (const _batch of source.read(FROM_START, controller.signal));
    })();
    for (let i = 0; i < 200 && connections < 3; i++) await new Promise((resolve) => setTimeout(resolve, 50));
    controller.abort();
    await reading;
    await source.close();
    await new Promise<void>((resolve) => server.close(() => resolve()));
    expect(connections).toBeGreaterThanOrEqual(3);
    expect(source.counters().oversized).toBeGreaterThanOrEqual(2);
    expect(sent / connections).toBeLessThan(20e6);
  });
});
