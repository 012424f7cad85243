/** Handlebars' parser without its compiler and runtime; the package types only the whole. */
declare module 'handlebars/dist/cjs/handlebars/compiler/base.js' {
  export function parseWithoutProcessing(source: string): unknown;
  export const parser: { parseError: (message: string, hash: never) => never };
}
