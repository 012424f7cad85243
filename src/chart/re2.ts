/** RE2 in a chunk of its own: it is loaded only for what has patterns. */
export { RE2JS } from 're2js';
