/**
 * Smallest changes that matter of what a host measures of itself (sources/host-metrics). An idle channel makes anything rare:
 * the first hundredth of a CPU that waits for a disk is as new as a disk that hangs.
 */
export const HOST_LEAST = [
  // CPUs: a tenth of one.
  { series: '*cpu.*', change: 0.1 },
  { series: '*load.1m', change: 0.5 },
  // A second, then at a time.
  { series: '*context_switches', change: 1000 },
  { series: '*processes.started', change: 5 },
  { series: '*processes.*', change: 3 },
  { series: '*connections.*', change: 5 },
  // A second: what broadcasts, a shell or a log reader cause.
  { series: '*network.*_bytes', change: 10_000 },
  { series: '*network.*_packets', change: 20 },
  { series: '*network.*', change: 1 },
  { series: '*disk.*_bytes', change: 5_000_000 },
  { series: '*disk.*.busy', change: 0.1 },
  { series: '*memory.*_bytes', change: 67_108_864 },
  { series: '*swap.used_bytes', change: 67_108_864 },
  // Percentage points.
  { series: '*used_ratio', change: 0.02 },
  { series: '*used_percent', change: 2 },
] as const;
