/** What is used of the `diff` package, in a file of its own: it is loaded only to show changes. */
export { structuredPatch } from 'diff';
