import type { MqttClient } from 'mqtt';
import { z } from 'zod';
import {
  type ComponentContext,
  define,
  encodeReading,
  failureText,
  type RecordBatch,
  type Source,
  type SourceState,
} from '../../core/index.ts';
import { Inbox } from '../live/inbox.ts';
import { readPayload } from './payload.ts';
import { topicTemplate } from './topic.ts';

const config = z.strictObject({
  url: z
    .url({ protocol: /^(mqtts?|wss?)$/ })
    .default('mqtt://127.0.0.1:1883')
    .describe('Broker'),
  topics: z.array(z.string().min(1).max(1024)).min(1).max(100).describe('Topics such as plant/{device}/{series}; + and # as in MQTT'),
  username: z.string().optional().describe('User at the broker'),
  password: z.string().optional().describe('Its password; better taken from an environment variable'),
  reconnectMs: z.number().int().min(50).default(2000).describe('Milliseconds until a lost broker is tried again'),
  maxMessageBytes: z
    .number()
    .int()
    .min(1)
    .default(256 << 10)
    .describe('A longer message is counted and left out'),
  queueBytes: z
    .number()
    .int()
    .min(1024)
    .default(16 << 20)
    .describe('Bytes of readings that may wait; beyond, messages are dropped and counted'),
  gatherMs: z.number().int().min(0).default(100).describe('How long a reading waits for more, in milliseconds'),
});

type Config = z.output<typeof config>;

export default define({
  name: 'mqtt',
  summary: 'Subscribes to readings of devices at an MQTT broker: plain numbers and JSON',
  records: ['readings'],
  config,
  create: (settings, context): Source => new MqttSource(settings, context),
});

/** Of what may be read of the broker without a whole packet among it. */
const PACKET_SLACK = 1 << 20;

/** Subscribed with quality of service 0: what comes while nobody listens is the broker's to lose. */
class MqttSource implements Source {
  readonly replayable = false;
  readonly #config: Config;
  readonly #context: ComponentContext;
  readonly #templates: readonly ReturnType<typeof topicTemplate>[];
  readonly #inbox: Inbox;
  readonly #counters = { messages: 0, unreadable: 0, unmatched: 0, oversized: 0, dropped: 0, connects: 0, errors: 0 };
  #client: MqttClient | undefined;

  constructor(settings: Config, context: ComponentContext) {
    this.#config = settings;
    this.#context = context;
    this.#templates = settings.topics.map(topicTemplate);
    const { queueBytes: capacityBytes, gatherMs } = settings;
    this.#inbox = new Inbox({ capacityBytes, senderShare: 1, batchBytes: 1 << 20, gatherMs, now: context.now });
  }

  counters(): Readonly<Record<string, number>> {
    return { ...this.#counters };
  }

  async *read(_resume: SourceState, signal: AbortSignal): AsyncGenerator<RecordBatch> {
    const { default: mqtt } = await import('mqtt');
    const { url, username, password, reconnectMs } = this.#config;
    const client = mqtt.connect(url, {
      reconnectPeriod: reconnectMs,
      connectTimeout: 10_000,
      clean: true,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
    });
    this.#client = client;
    this.#watchPackets(client);
    client.on('connect', () => {
      this.#counters.connects++;
      client.subscribe(
        this.#templates.map(({ filter }) => filter),
        { qos: 0 },
        (error) => {
          if (error !== null && error !== undefined) this.#fail(error);
        },
      );
    });
    client.on('error', (error) => this.#fail(error));
    client.on('message', (topic, payload) => this.#take(topic, payload));
    yield* this.#inbox.batches(signal);
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.endAsync(true);
  }

  /** The client gathers a packet whole, up to 256 MiB: a connection on which one grows beyond what is taken is cut. */
  #watchPackets(client: MqttClient): void {
    const most = PACKET_SLACK + 2 * this.#config.maxMessageBytes;
    let open = 0;
    client.on('packetreceive', () => {
      open = 0;
    });
    let watched: MqttClient['stream'] | undefined;
    const watch = () => {
      const { stream } = client;
      if (stream === undefined || stream === watched) return;
      watched = stream;
      open = 0;
      stream.on('data', (chunk: Uint8Array) => {
        open += chunk.length;
        if (open <= most) return;
        this.#counters.oversized++;
        stream.destroy(new Error(`a packet of more than ${most} bytes`));
      });
    };
    watch();
    client.on('connect', watch);
    client.on('reconnect', () => setImmediate(watch));
  }

  #fail(error: Error): void {
    this.#counters.errors++;
    this.#context.log.warn(`source ${this.#context.name}: broker ${new URL(this.#config.url).host}: ${failureText(error)}`);
  }

  #take(topic: string, payload: Uint8Array): void {
    this.#counters.messages++;
    if (payload.length > this.#config.maxMessageBytes) {
      this.#counters.oversized++;
      return;
    }
    const match = this.#templates.map((template) => template.match(topic)).find((one) => one !== undefined);
    if (match === undefined) {
      this.#counters.unmatched++;
      return;
    }
    const readings = readPayload(new TextDecoder().decode(payload), match, this.#context.now());
    if (readings === undefined) this.#counters.unreadable++;
    for (const reading of readings ?? [])
      if (!this.#inbox.offer(`mqtt/${match.device}`.slice(0, 512), encodeReading(reading))) this.#counters.dropped++;
  }
}
