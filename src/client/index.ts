export * from './previews/index.ts';
