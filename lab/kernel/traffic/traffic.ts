export * from './http';
export * from './measure';
export * from './proxy';
