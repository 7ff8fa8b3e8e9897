export { isObjectUrl, type ObjectLocation, objectUrl, parseObjectUrl } from './location.ts';
export { S3Objects, type StoredObject } from './s3.ts';
