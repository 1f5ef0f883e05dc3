export * from './http';
export * from './pings';
export * from './proxy';
export * from './requests';
