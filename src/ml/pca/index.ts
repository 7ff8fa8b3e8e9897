export * from './eigen.ts';
export * from './pca.ts';
