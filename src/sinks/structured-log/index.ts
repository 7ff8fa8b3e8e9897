export { StructuredLog, type StructuredRow, type TemplateRow } from './structured-log.ts';
