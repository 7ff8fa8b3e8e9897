import { addressText, type EventBatch, type PacketBatch } from '../../core/index.ts';
import { type SensorRow, sensorBatches } from '../sensor/batch.ts';

/** HTTP requests among packets as events of kind `http`; a batch without one gives none. */
export function requestsOf(batch: PacketBatch, source: string): EventBatch[] {
  const rows: SensorRow[] = [];
  for (const event of batch.application) {
    if (event.kind !== 'http') continue;
    const { row, method, host, path, userAgent } = event;
    rows.push({
      kind: 'http',
      values: {
        time: batch.time[row] as number,
        sourceAddress: addressText(batch.addresses, row * 8),
        sourcePort: batch.sourcePort[row] as number,
        destinationAddress: addressText(batch.addresses, row * 8 + 4),
        destinationPort: batch.destinationPort[row] as number,
        protocol: batch.protocol[row] as number,
        method,
        ...(host === '' ? {} : { host }),
        path,
        ...(userAgent === '' ? {} : { userAgent }),
      },
      attributes: undefined,
      offset: batch.offset[row] as number,
      line: batch.firstNumber + row,
      length: 0,
    });
  }
  return rows.length === 0 ? [] : sensorBatches(rows, source, batch.input);
}
