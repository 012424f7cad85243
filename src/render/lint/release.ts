/** The name of the release that lint renders, as Helm's lint has it. Names that begin with it are the chart's own. */
export const RELEASE_NAME = 'test-release';
