/** What to do in place of flags of Helm's install, upgrade, rollback and template that pkg does not have. */
const INSTEAD: Readonly<Record<string, string>> = {
  'cleanup-on-fail': 'give --rollback-on-failure: it also removes what the failed operation made',
  'disable-openapi-validation': 'leave it out: only the API server validates objects',
  force: 'objects are never replaced: --force-conflicts takes over the fields that others hold',
  'force-replace': 'objects are never replaced: --force-conflicts takes over the fields that others hold',
  'post-renderer': 'there are no post-renderers: change what `pkg template` prints, or the templates',
  'post-renderer-args': 'there are no post-renderers: change what `pkg template` prints, or the templates',
  'recreate-pods': 'give Pods an annotation with a checksum of what they depend on: a changed checksum restarts them',
  'server-side': 'leave it out: objects are always applied by the server',
};

/**
 * The hint for a flag of Helm's that a command does not have; undefined for any other, and for commands that apply nothing.
 *
 * @param flags those of the command
 */
export function helmFlagHint(name: string, flags: object): string | undefined {
  return 'force-conflicts' in flags && Object.hasOwn(INSTEAD, name) ? INSTEAD[name] : undefined;
}
