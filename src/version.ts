import metadata from '../package.json' with { type: 'json' };

/** The version of pkg. */
export const VERSION: string = metadata.version;
