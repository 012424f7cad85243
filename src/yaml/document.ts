/** The part of the package `yaml` that is used, in a script of its own: it is loaded only to change a file of the user's. */
export { parseAllDocuments } from 'yaml';
