/** What is used of the `yaml` package, in a chunk of its own: it is loaded only to find positions. */
export { LineCounter, isAlias, isMap, isPair, isScalar, isSeq, parseAllDocuments } from 'yaml';
