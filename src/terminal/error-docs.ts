/** What each error code means. The file is long because it is one table, with an entry for every code. */
import type { ErrorCode } from '../errors.ts';

/** What a code means, why it happens, what to do. */
export type ErrorDoc = { summary: string; why: string; fix: string };

/** One explanation for every code: `pkg docs CODE` and docs/errors.md print them. */
export const ERROR_DOCS: Readonly<Record<ErrorCode, ErrorDoc>> = {
  PKG_USAGE: {
    summary: 'the command line is not valid',
    why: 'A command, a flag or an argument is missing, unknown or has a value that it cannot take.',
    fix: '`pkg help COMMAND` shows what a command takes.',
  },
  PKG_SET_SYNTAX: {
    summary: 'a --set flag has a syntax error',
    why: 'The text of --set, --set-string, --set-file, --set-json or --set-literal does not follow its grammar, or an index or nesting is beyond its bounds.',
    fix: 'Write key=value, a.b=value, a[0]=value or a={x,y}; put a backslash before a comma, dot or bracket that belongs to the text. Put larger values into a file for -f.',
  },
  PKG_FILE_UNREADABLE: {
    summary: 'a file cannot be read',
    why: 'A file that is named (values, --set-file, certificates, logins, a chart) does not exist, is a folder or a device, is larger than 64 MiB, or may not be read; or it is a pipe without a writer for five seconds, or without data for a minute.',
    fix: 'Check the path and its permissions. URLs are not downloaded: pipe their content in with -f -.',
  },
  PKG_FILE_UNWRITABLE: {
    summary: 'a file cannot be written',
    why: 'A folder is missing or may not be written, or the file exists already.',
    fix: 'Choose another path, check the permissions, or remove the existing file.',
  },
  PKG_RELEASE_NAME_INVALID: {
    summary: 'the name of the release is not allowed',
    why: 'Names are at most 53 lower-case letters, digits, dashes and dots, with a letter or digit at both ends: objects are named after them.',
    fix: 'Choose another name.',
  },
  PKG_NAMESPACE_INVALID: {
    summary: 'the namespace is not a name that Kubernetes allows',
    why: 'Namespaces are at most 63 lower-case letters, digits and dashes.',
    fix: 'Choose another namespace with -n.',
  },
  PKG_LABELS_INVALID: {
    summary: 'a label of the release is not allowed',
    why: 'The key or value breaks the rules of Kubernetes, or the key is one that pkg sets itself.',
    fix: 'Choose another key or value.',
  },
  PKG_INTERRUPTED: {
    summary: 'the operation was interrupted',
    why: 'Ctrl-C or a signal stopped it between two writes. The record says that the revision failed.',
    fix: 'Run the command again: `pkg upgrade --install` continues from what exists.',
  },
  PKG_CHART_NOT_FOUND: {
    summary: 'there is no chart at this path',
    why: 'The path does not exist, or holds no Chart.yaml.',
    fix: 'Give the folder that holds Chart.yaml, or a .tgz archive.',
  },
  PKG_CHART_INVALID: {
    summary: 'the chart breaks the rules for charts',
    why: 'A field of Chart.yaml is missing or of the wrong type, a file does not parse, or an archive is damaged.',
    fix: 'Correct the files that the messages name. All errors are listed together.',
  },
  PKG_CHART_UNSAFE: {
    summary: 'the chart refers to files outside of itself',
    why: 'An entry of an archive is a link, an absolute path or has a `..`; or a symbolic link in a chart folder leads outside of the Git working tree that holds the chart (or, without one, outside of the parent folder); or a lock file is a link; or a file of the chart is a device or a pipe.',
    fix: 'Do not use the chart before you know why it does so. If you trust the folder, --allow-outside-links follows its links.',
  },
  PKG_CHART_TOO_LARGE: {
    summary: 'the chart is too large',
    why: 'A chart, with all its subcharts, may hold at most 100 MiB.',
    fix: 'List files that do not belong to the chart in .helmignore.',
  },
  PKG_CHART_DEPENDENCY_MISSING: {
    summary: 'a subchart is missing',
    why: 'Chart.yaml names a dependency that is not in charts/.',
    fix: '`pkg dependency update CHART` downloads it, and so do `template`, `install` and `upgrade` with --dependency-update. Or put the chart into charts/, as a folder or an archive.',
  },
  PKG_CHART_IS_LIBRARY: {
    summary: 'a library chart cannot be installed',
    why: 'Library charts only hold partials for other charts.',
    fix: 'Make it a dependency of the chart that you install.',
  },
  PKG_KUBE_VERSION_UNSUPPORTED: {
    summary: 'the chart does not support this version of Kubernetes',
    why: 'Its kubeVersion excludes the version of the target.',
    fix: 'Use another version of the chart, or give another --kube-version.',
  },
  PKG_YAML_SYNTAX: {
    summary: 'a file is not YAML',
    why: 'The text is not valid YAML at the position in the message.',
    fix: 'Correct the line. The usual causes are indentation, a tab, or a string with ": " that needs quotes.',
  },
  PKG_YAML_TOO_COMPLEX: {
    summary: 'YAML or JSON is too large or too deep',
    why: 'It is larger than 16 MiB, nested more than 1,000 levels deep, holds millions of values, or its aliases expand to too many values or too much text.',
    fix: 'No object in a cluster can be that large: look for an alias or a file that should not be there.',
  },
  PKG_VALUES_INVALID: {
    summary: 'the values are not a map',
    why: 'The values of a chart and of each subchart are a map; a list or a single value was given.',
    fix: 'Write `name: value` lines, or `{}` for an empty map.',
  },
  PKG_SCHEMA_INVALID: {
    summary: 'values.schema.json cannot be used',
    why: 'It is not a JSON Schema, names an unknown $schema, refers to a file outside of the chart, refers to itself in an endless loop, or needs too long to check these values.',
    fix: 'Correct the schema, or skip it with --skip-schema-validation.',
  },
  PKG_SCHEMA_REMOTE: {
    summary: 'values.schema.json refers to a remote schema that is not available',
    why: 'A $ref in it is a URL. Helm downloads it on every run; pkg downloads nothing that a chart names without permission.',
    fix: 'Put the file into a folder as HOST/PATH and give the folder with --schema-cache, or give --allow-remote-schemas, or both, to store downloads in the folder. --skip-schema-validation skips the schema.',
  },
  PKG_SCHEMA_VIOLATION: {
    summary: 'a value does not match the schema of the chart',
    why: 'The schema does not allow the value. The message names the value, the rule and the origin of the value.',
    fix: 'Set a value that the schema allows.',
  },
  PKG_LINT_FAILED: {
    summary: 'the check found errors',
    why: '`pkg lint` found errors, or warnings under --strict.',
    fix: 'Correct the findings: each names its position and its rule.',
  },
  PKG_REPOSITORY_UNKNOWN: {
    summary: 'a chart repository is not known',
    why: 'The repository is neither an address that charts can be fetched from, nor the name of one in repositories.yaml.',
    fix: 'Write an http://, https://, oci:// or file:// address, or add the name with `pkg repo add`.',
  },
  PKG_REPOSITORY_INVALID: {
    summary: 'the data of a repository, or its configuration file, is not valid',
    why: 'index.yaml, repositories.yaml, the file with registry logins, or the response of a registry is not valid.',
    fix: 'Check that the address is that of a chart repository. Correct a file of your own at the position in the message.',
  },
  PKG_REPOSITORY_UNREACHABLE: {
    summary: 'a repository cannot be reached or answers with an error',
    why: 'The server cannot be reached, its certificate is not trusted, or it answers with an error.',
    fix: 'Check the address, the network and HTTPS_PROXY; the message says what happened.',
  },
  PKG_REPOSITORY_UNAUTHORIZED: {
    summary: 'a repository requires a valid login',
    why: 'There is no login for the repository, or it refuses the login.',
    fix: 'Log in with `pkg registry login` or `docker login`, or add the repository with `pkg repo add --username … --password …`.',
  },
  PKG_CHART_VERSION_NOT_FOUND: {
    summary: 'a repository has no matching version of the chart',
    why: 'The repository does not have the chart, or none of its versions matches the constraint. Pre-releases match only if the constraint names one.',
    fix: 'Check the name, the repository and the version constraint.',
  },
  PKG_DIGEST_MISMATCH: {
    summary: 'content does not match its digest',
    why: 'The archive has another digest than its index or manifest says: it was replaced in the repository or changed in transit. Or the digest in the index is not valid and cannot be checked.',
    fix: 'Do not use it before you know why. The operator of the repository can create its index again.',
  },
  PKG_REPOSITORY_EXISTS: {
    summary: 'a repository of this name exists already',
    why: 'repositories.yaml holds another address or another login under this name.',
    fix: 'Choose another name, or replace the entry with `pkg repo add --force-update`.',
  },
  PKG_CHART_AMBIGUOUS: {
    summary: 'several repositories have a chart of this name',
    why: 'A name without a repository is looked up in all repositories that the machine knows, and more than one has it.',
    fix: 'Write REPOSITORY/NAME.',
  },
  PKG_LOCK_OUTDATED: {
    summary: 'the lock file does not match the dependencies of the chart',
    why: 'Chart.yaml was changed after Chart.lock was written, or the lock file is missing and --frozen was given.',
    fix: 'Run `pkg dependency update CHART` and commit the lock file.',
  },
  PKG_OFFLINE: {
    summary: 'a download is needed, and --offline forbids it',
    why: 'An index, a manifest or an archive is not in the cache.',
    fix: 'Run the command once without --offline.',
  },
  PKG_VERSION_PUBLISHED: {
    summary: 'the version is already published with other content',
    why: 'Published versions are not replaced: machines that have downloaded the version would keep the old content.',
    fix: 'Increase the version in Chart.yaml, or give --bump to publish the next one.',
  },
  PKG_LISTEN_FAILED: {
    summary: 'pkg cannot listen on an address',
    why: 'Another program listens there, this machine does not have the address, permission is denied, or certificate and key do not match.',
    fix: 'Choose another address with --listen, or give another --tls-cert and --tls-key; the message says which.',
  },
  PKG_SIGNATURE_INVALID: {
    summary: 'the signature of a chart is missing or not valid',
    why: 'There is no provenance file or signature, it is not made by an accepted key, or it was made for another archive.',
    fix: 'Do not use the chart before you know why. Ask its publisher for the public key.',
  },
  PKG_KEYRING_INVALID: {
    summary: 'a keyring cannot be used',
    why: 'The file is not a keyring, is damaged, or does not contain the requested key.',
    fix: 'Export the keys again: gpg --export > keyring.gpg, or gpg --export-secret-keys > secring.gpg to sign.',
  },
  PKG_KEY_INVALID: {
    summary: 'a key for cosign signatures, or a trust root, cannot be used',
    why: 'The file does not contain a PEM key, contains the other half of the key pair, a key that is too weak or of an unsupported type, or is not a valid `trusted_root.json`.',
    fix: 'Name the file that cosign wrote: cosign.key to sign, cosign.pub to verify, trusted_root.json as the trust root.',
  },
  PKG_TRUST_POLICY_INVALID: {
    summary: 'the trust policy cannot be used',
    why: 'trust.yaml (or the file of --trust-policy or PKG_TRUST_POLICY) cannot be read, or has an unknown field, a rule without charts, or a rule without requirements. Nothing is downloaded then: a policy with a mistake must not let anything through.',
    fix: 'Correct the file at the position in the message. docs/signatures.md describes it.',
  },
  PKG_CHART_UNTRUSTED: {
    summary: 'the trust policy does not allow this chart',
    why: 'No rule of the policy matches the chart, or the chart has no valid signature by a signer that the matching rule requires.',
    fix: 'Do not use the chart before you know why. If it should be trusted, have it signed, or change the policy.',
  },
  PKG_IMAGE_NOT_FOUND: {
    summary: 'an image does not exist',
    why: 'The registry of the image, or the folder of --from-layout, has no image of that name and tag.',
    fix: 'Check the name and the tag, and whether the image is in another registry. The values of the chart usually name it.',
  },
  PKG_IMAGE_INVALID: {
    summary: 'an image manifest is not valid',
    why: 'A manifest does not have the media type of an image, is damaged, or names content without digests.',
    fix: 'Check the name. Rebuild an image that is in an old format.',
  },
  PKG_BUNDLE_INVALID: {
    summary: 'a bundle is damaged',
    why: 'The file was truncated or changed, or was not written by `pkg bundle`: an entry is missing, exists twice, or does not match its digest.',
    fix: 'Copy the file again, or create the bundle again.',
  },
  PKG_TEMPLATE_SYNTAX: {
    summary: 'a template has a syntax error',
    why: 'The template is not valid Handlebars at the position in the message.',
    fix: 'See docs/templates.md for the language.',
  },
  PKG_TEMPLATE_NAME_MISSING: {
    summary: 'a template uses a name that is not defined',
    why: 'The name is not in the values, the context or the partials. pkg never prints nothing in its place.',
    fix: 'Use the similar name in the hint, or say what to do if it is missing: {{default "x" name}} or {{optional name}}.',
  },
  PKG_TEMPLATE_HELPER: {
    summary: 'a helper call is not valid',
    why: 'The helper does not exist, or the number or a type of its arguments is wrong.',
    fix: 'See docs/helpers.md for all helpers with examples.',
  },
  PKG_TEMPLATE_SLOT: {
    summary: 'a value of this type cannot be used at this position',
    why: 'A list or a map is in the middle of a string, or a value is where only structure may be.',
    fix: 'Put the value on its own, or convert it to a string with toJson.',
  },
  PKG_TEMPLATE_YAML: {
    summary: 'the output of a template is not YAML',
    why: 'The structure of the document is broken. The position is in the template, not in the output.',
    fix: 'Check the indentation of the line and of the block around it. For a Go template the message also shows the output, and the origin of the value in it.',
  },
  PKG_TEMPLATE_LIMIT: {
    summary: 'the templates run too long or print too much',
    why: 'Partials include themselves, a loop runs far more often than intended, or a value grows in each iteration. A call counts as more steps the more work it does: long strings and lists, large values, large keys.',
    fix: 'Look at the partial or the loop that the message names. If it is intended, raise the limit: `--template-limits steps=1000000000`.',
  },
  PKG_TEMPLATE_FAILED: {
    summary: 'the chart reports an error, or a Go template fails',
    why: 'A template called `fail` or `required`, or a Go template could not be evaluated; the message is the one that Helm prints.',
    fix: 'Follow the message. The messages of `fail` and `required` were written by the author of the chart.',
  },
  PKG_OBJECT_INVALID: {
    summary: 'a document is not a valid Kubernetes object',
    why: 'It lacks apiVersion, kind or a name, has a number where a string is required, or a Secret or ConfigMap has data that no API server accepts: something other than strings, or invalid base64.',
    fix: 'Correct the template at the given position.',
  },
  PKG_RELEASE_EXISTS: {
    summary: 'the name of the release is in use',
    why: 'The namespace already has a release of that name.',
    fix: 'Upgrade it with `pkg upgrade --install`, or choose another name.',
  },
  PKG_RELEASE_NOT_FOUND: {
    summary: 'there is no such release',
    why: 'The namespace has no release of that name.',
    fix: '`pkg list -A` shows all releases.',
  },
  PKG_REVISION_NOT_FOUND: {
    summary: 'there is no such revision',
    why: 'It never existed, or was removed by --history-max, which keeps only the newest revisions.',
    fix: '`pkg history NAME` lists the revisions.',
  },
  PKG_RELEASE_PENDING: {
    summary: 'Helm left the release pending',
    why: 'The record says that an operation of Helm is in progress. Helm does not record anything from which pkg could tell whether it is still running.',
    fix: 'If you know that it is no longer running, give --take-over. `--lock-timeout 5m` waits for it to end.',
  },
  PKG_RELEASE_HELD: {
    summary: 'another operation holds the release',
    why: 'Another process holds the lease of the release, or two operations began at the same time.',
    fix: 'Wait until it has ended, with `--lock-timeout 5m` for example. `--take-over` takes the release from the other process, even if that is still running.',
  },
  PKG_RELEASE_TAKEN_OVER: {
    summary: 'another operation took the release over',
    why: 'This operation could not renew its lease in time (it was suspended, or had no connection to the cluster), or another command used --take-over, or Helm, which knows no leases, rolled the release back or uninstalled it. It has written no object since then.',
    fix: '`pkg history NAME` shows the state of the release.',
  },
  PKG_RECORD_CORRUPT: {
    summary: 'a record cannot be read',
    why: 'The Secret of a revision does not contain a release, or the Secret beside it (pkg.v1.NAME.vN) does not contain random values.',
    fix: 'Restore the Secret, or delete it: other revisions remain usable.',
  },
  PKG_RECORD_TOO_LARGE: {
    summary: 'the release record is too large for a Secret',
    why: 'A Secret holds 1 MiB, and the record holds the chart. Nothing was applied.',
    fix: 'List large files that the chart does not need in .helmignore.',
  },
  PKG_OBJECT_OWNED: {
    summary: 'an object belongs to another owner',
    why: 'The object exists, and its labels and annotations do not name this release.',
    fix: 'Use --take-ownership if the release should own it from now on.',
  },
  PKG_OBJECT_CONFLICT: {
    summary: 'an object was changed during the operation',
    why: 'Another client wrote it after the plan was made.',
    fix: 'Run the command again: it makes a new plan.',
  },
  PKG_APPLY_FAILED: {
    summary: 'objects could not be written',
    why: 'The cluster or the folder refused them. The revision is recorded as failed.',
    fix: 'Correct the cause in the message, then upgrade again.',
  },
  PKG_PLAN_HAS_CHANGES: {
    summary: 'there are changes',
    why: 'With --exit-code, status 2 says that the plan is not empty.',
    fix: 'This is not an error, and there is nothing to correct.',
  },
  PKG_HOOK_FAILED: {
    summary: 'a hook of the chart failed',
    why: 'A Job or Pod that the chart runs at this moment ended with an error, or did not end in time.',
    fix: 'Read its log with kubectl, correct the cause, and run the command again. --no-hooks skips hooks.',
  },
  PKG_NOT_READY: {
    summary: 'an object does not become ready',
    why: 'Its state says that it will not become ready: a Job has failed, a Deployment has exceeded its progress deadline, or no node can run a pod.',
    fix: 'Look at the events of the object and the logs of its pods, correct the cause, and upgrade again.',
  },
  PKG_TIMEOUT: {
    summary: 'the operation exceeded its time limit',
    why: 'Something was not done within the time of --timeout, or the cluster did not answer.',
    fix: 'Correct the objects that the error names as not ready, or allow more time: --timeout 15m.',
  },
  PKG_TARGET_MISSING: {
    summary: 'there is no target: neither a cluster nor a folder',
    why: 'No kubeconfig names a cluster, pkg does not run in a pod, and no folder is given.',
    fix: 'Set KUBECONFIG or give --kubeconfig and --kube-context for a cluster; give --target dir:PATH or set PKG_TARGET for a folder.',
  },
  PKG_TARGET_INVALID: {
    summary: 'the target is not valid',
    why: 'It is of an unknown kind, or a file is where a folder should be.',
    fix: 'Write --target dir:PATH with the path of a folder.',
  },
  PKG_TARGET_UNWRITABLE: {
    summary: 'the target is not writable',
    why: 'The folder or a file in it is protected, or something else exists at its path.',
    fix: 'Check the permissions and what exists at the path.',
  },
  PKG_TARGET_FULL: {
    summary: 'the target is full',
    why: 'The file system has no room left. The record says that the revision failed, if it could still be written.',
    fix: 'Free some space, then run the command again.',
  },
  PKG_TARGET_CORRUPT: {
    summary: 'a file of the target is corrupt',
    why: 'It was edited so that it no longer parses, or contains another object than its path says.',
    fix: 'Correct or delete the file: the next upgrade writes it again.',
  },
  PKG_NAMESPACE_NOT_FOUND: {
    summary: 'the namespace does not exist',
    why: 'Objects need their namespace first.',
    fix: 'Use --create-namespace, or create the namespace first.',
  },
  PKG_NAMESPACE_TERMINATING: {
    summary: 'the namespace is being deleted',
    why: 'No objects can be created in it. The namespace exists until all objects in it are deleted; an object whose finalizer is never removed keeps it forever.',
    fix: 'Wait until it is gone, then run the command again with --create-namespace.',
  },
  PKG_KUBECONFIG_INVALID: {
    summary: 'the kubeconfig is not valid',
    why: 'A file is missing or not a kubeconfig, a context refers to a missing entry, or an entry is incomplete.',
    fix: 'Correct the file, or choose another context with --kube-context.',
  },
  PKG_CREDENTIALS_FAILED: {
    summary: 'credentials could not be obtained',
    why: 'An exec plugin is missing, failed, or printed something other than credentials; a token file cannot be read; or an OpenID Connect issuer cannot be reached or gives no new token.',
    fix: 'Run the plugin by hand, or install it as the hint says; its own output is printed above the error. For OpenID Connect, log in again with the tool that wrote the kubeconfig.',
  },
  PKG_CLUSTER_UNREACHABLE: {
    summary: 'the cluster does not answer',
    why: 'Nothing answers at its address, its certificate is not trusted, or a firewall, proxy or VPN blocks the connection.',
    fix: 'Check the address and the context that the message names, then the network.',
  },
  PKG_CLUSTER_UNAUTHORIZED: {
    summary: 'the cluster does not accept your credentials',
    why: 'The token or client certificate has expired, or belongs to another cluster.',
    fix: 'Log in again, or check the user in the kubeconfig context.',
  },
  PKG_CLUSTER_FORBIDDEN: {
    summary: 'the cluster does not allow the request',
    why: 'Your permissions do not cover the request, or a quota, a policy or a webhook denies it. The message says which.',
    fix: 'Ask for a role that allows the verb on the resource in the namespace, or change the objects that the policy denies.',
  },
  PKG_CLUSTER_FAILED: {
    summary: 'the cluster failed',
    why: 'The API server is overloaded or broken, or a server that is not an API server answered.',
    fix: 'Read the response in the message, and run the command again when the cluster works.',
  },
  PKG_KIND_UNKNOWN: {
    summary: 'the cluster does not know a kind of object',
    why: 'The CustomResourceDefinition is not installed, or the cluster no longer serves that apiVersion.',
    fix: 'Install the CustomResourceDefinition, or use an apiVersion that the cluster serves.',
  },
  PKG_COMMAND_FAILED: {
    summary: 'a command of another package failed',
    why: 'The command is not part of pkg, but of an npm package. The message is its own.',
    fix: 'Read the documentation of the package, or remove it from oclif.plugins in the data folder of pkg.',
  },
  PKG_INTERNAL: {
    summary: 'pkg has a bug',
    why: 'Something happened that should be impossible.',
    fix: 'Please report it, with the output of the same command under --debug.',
  },
};
