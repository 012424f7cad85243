/** What is used of oclif, in a chunk of its own: named imports of its CommonJS survive bundling only so. */
export { boolean, custom } from '@oclif/core/flags';
export { parse } from '@oclif/core/parser';
