export * from './columns.ts';
export * from './concat.ts';
export * from './events.ts';
export * from './features.ts';
export * from './frame.ts';
export * from './packets.ts';
export * from './rows.ts';
export * from './windows.ts';
