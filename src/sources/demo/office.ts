/** Addresses of the generated office; those outside are in blocks kept for documentation. */
export const WORKSTATIONS: readonly string[] = Array.from({ length: 12 }, (_, i) => `10.0.1.${11 + i}`);
export const CAMERAS = ['10.0.3.21', '10.0.3.22'];
export const RESOLVER = '10.0.0.53';
export const GATE = '10.0.0.5';
export const FILES = '10.0.0.45';
export const SHOP = '10.0.0.80';
export const RECORDER = '10.0.0.60';
export const TIME_SERVER = '192.0.2.123';
