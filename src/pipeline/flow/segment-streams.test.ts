import { describe, expect, it } from 'vitest';
import { deliveryGeneration, type Position, type RecordBatch } from '../../core/index.ts';
import { SegmentStreams } from './segment-streams.ts';

const batch = (stream: string, sequence: number, input = 'collector/a'): RecordBatch => ({
  ...{ input, generation: deliveryGeneration({ stream, sequence }), offset: sequence, line: 1 },
  ...{ bytes: new TextEncoder().encode('line\n'), arrival: 0, last: false },
});

describe('numbered batches in a segment log', () => {
  it('are taken once: known from the log, and after a restart from what was committed', () => {
    const positions = new Map<string, Position>();
    const streams = new SegmentStreams(positions);
    const committed: Position[] = [];
    for (const [entry, sequence] of [3, 4, 6].entries()) {
      expect(streams.wasTaken(batch('c/app', sequence))).toBe(false);
      committed.push(...streams.place(entry + 1, batch('c/app', sequence)).positions);
      expect(streams.wasTaken(batch('c/app', sequence))).toBe(true);
    }
    expect(streams.wasTaken(batch('c/app', 2))).toBe(true);
    expect(streams.wasTaken(batch('c/app', 7))).toBe(false);
    expect(streams.wasTaken(batch('c/other', 2))).toBe(false);
    const restarted = new SegmentStreams(new Map(committed.map((position) => [position.input, position])));
    expect([6, 7].map((sequence) => restarted.wasTaken(batch('c/app', sequence)))).toEqual([true, false]);
  });

  it('say nothing of records whose sender numbers nothing', () => {
    const streams = new SegmentStreams(new Map());
    const plain = { ...batch('c/app', 1), generation: '1700000000000000.0' };
    streams.place(1, plain);
    expect(streams.wasTaken(plain)).toBe(false);
  });
});
