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
    summary: 'a --set flag cannot be read',
    why: 'The text of --set, --set-string, --set-file, --set-json or --set-literal does not follow its grammar, or an index or nesting is beyond its bounds.',
    fix: 'Write key=value, a.b=value, a[0]=value or a={x,y}; put a backslash before a comma, point or bracket that belongs to the text. Larger values belong into a file for -f.',
  },
  PKG_FILE_UNREADABLE: {
    summary: 'a file cannot be read',
    why: 'A file that you name (values, --set-file, certificates, logins, a chart) does not exist, is a folder or a device, is too large (64 MiB), may not be read, or is a pipe that nobody writes to for five seconds, or that stays silent for a minute.',
    fix: 'Check the path and its permissions. Addresses are not fetched: pipe them in with -f -.',
  },
  PKG_FILE_UNWRITABLE: {
    summary: 'a file cannot be written',
    why: 'A folder is missing or may not be written, or what is to be written is there already.',
    fix: 'Choose another place, or remove what is in the way.',
  },
  PKG_RELEASE_NAME_INVALID: {
    summary: 'the name of the release is not allowed',
    why: 'Names are at most 53 lower-case letters, digits, dashes and points, with a letter or digit at both ends: objects are named after them.',
    fix: 'Choose another name.',
  },
  PKG_NAMESPACE_INVALID: {
    summary: 'the namespace is not a name that Kubernetes allows',
    why: 'Namespaces are at most 63 lower-case letters, digits and dashes.',
    fix: 'Choose another namespace with -n.',
  },
  PKG_LABELS_INVALID: {
    summary: 'a label of the release is not allowed',
    why: 'The key or value breaks the rules of Kubernetes, or the key is one that every record has.',
    fix: 'Choose another key or value.',
  },
  PKG_INTERRUPTED: {
    summary: 'the operation was interrupted',
    why: 'Ctrl-C or a signal stopped it between two writes. The record says that the revision failed.',
    fix: 'Give the command again: `pkg upgrade --install` goes on from what is there.',
  },
  PKG_CHART_NOT_FOUND: {
    summary: 'there is no chart at this path',
    why: 'The path does not exist, or holds no Chart.yaml.',
    fix: 'Give the folder that holds Chart.yaml, or a .tgz archive.',
  },
  PKG_CHART_INVALID: {
    summary: 'the chart breaks the rules for charts',
    why: 'A field of Chart.yaml is missing or of the wrong type, a file does not parse, or an archive is damaged.',
    fix: 'Correct what the messages name. All errors that were found are listed together.',
  },
  PKG_CHART_UNSAFE: {
    summary: 'the chart refers to files outside of itself',
    why: 'An entry of an archive is a link, an absolute path or has a `..`; or a link of a chart folder leads beyond the Git working tree that holds the chart (where there is none, beyond the parent folder), or a lock file is a link; or a file of the chart is a device or a pipe.',
    fix: 'Do not use the chart before you know why it does so. Links of a folder that you trust are followed with --allow-outside-links.',
  },
  PKG_CHART_TOO_LARGE: {
    summary: 'the chart is larger than charts may be',
    why: 'A chart holds more than 100 MiB, with all charts inside it.',
    fix: 'Name files that do not belong to the chart in .helmignore.',
  },
  PKG_CHART_DEPENDENCY_MISSING: {
    summary: 'a subchart is missing',
    why: 'Chart.yaml names a dependency that is not in charts/.',
    fix: '`pkg dependency update CHART` fetches it, and so do `template`, `install` and `upgrade` with --dependency-update. Or put the chart into charts/, as a folder or an archive.',
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
    why: 'The text cannot be read as YAML at the place that is named.',
    fix: 'Correct the line. The usual causes are indentation, a tab, or a text with ": " that needs quotes.',
  },
  PKG_YAML_TOO_COMPLEX: {
    summary: 'YAML or JSON is too large or too deep',
    why: 'It is larger than 16 MiB, nested more than 1,000 levels deep, holds millions of values, or its aliases unfold to too many values or too much text.',
    fix: 'No object of a cluster can hold so much: look for the alias or the file that should not be there.',
  },
  PKG_VALUES_INVALID: {
    summary: 'the values are not a map',
    why: 'Values are a map of names, and so are those of a subchart; what was given is a list or a single value.',
    fix: 'Write `name: value` lines; `{}` for a map that is empty.',
  },
  PKG_SCHEMA_INVALID: {
    summary: 'values.schema.json cannot be used',
    why: 'It is not a JSON Schema, names a $schema that is not known, refers to a file outside of the chart, or to itself without an end, or it would take too long to check these values.',
    fix: 'Mend the schema, or leave it out with --skip-schema-validation.',
  },
  PKG_SCHEMA_REMOTE: {
    summary: 'values.schema.json refers to a schema elsewhere that is not to be had',
    why: 'A $ref in it is an address on the web. Helm fetches those on every run; pkg fetches nothing that a chart names unless it is told to.',
    fix: 'Put the file into a folder as HOST/PATH and give the folder with --schema-cache, or give --allow-remote-schemas, or both: then what is fetched is kept in the folder. --skip-schema-validation leaves the schema out.',
  },
  PKG_SCHEMA_VIOLATION: {
    summary: "a value does not fit the chart's schema",
    why: 'The schema allows other values there. The message names value, rule and where the value comes from.',
    fix: 'Give a value that fits.',
  },
  PKG_LINT_FAILED: {
    summary: 'the check found errors',
    why: '`pkg lint` found errors, or warnings under --strict.',
    fix: 'Each finding names its place and rule.',
  },
  PKG_REPOSITORY_UNKNOWN: {
    summary: 'a chart repository is not known',
    why: 'The repository is neither an address that charts can be fetched from, nor the name of one in repositories.yaml.',
    fix: 'Write an http://, https://, oci:// or file:// address, or add the name with `pkg repo add`.',
  },
  PKG_REPOSITORY_INVALID: {
    summary: 'a repository, or the file that says how to reach it, cannot be read',
    why: 'index.yaml, repositories.yaml, the file with logins to registries or the answer of a registry is not what it should be.',
    fix: 'Check that the address is that of a chart repository. A file of your own can be mended where the message points.',
  },
  PKG_REPOSITORY_UNREACHABLE: {
    summary: 'a repository cannot be reached or answers with an error',
    why: 'The server cannot be reached, its certificate is not trusted, or it answers with an error.',
    fix: 'Check the address, the network and HTTPS_PROXY; the message says what happened.',
  },
  PKG_REPOSITORY_UNAUTHORIZED: {
    summary: 'a repository requires a valid login',
    why: 'It refuses the login, or there is none.',
    fix: 'Log in with `pkg registry login` or `docker login`, or add the repository with `pkg repo add --username … --password …`.',
  },
  PKG_CHART_VERSION_NOT_FOUND: {
    summary: 'a repository does not hold the chart in a version that fits',
    why: 'The chart is not there, or none of its versions is one that the dependency asks for. Pre-releases fit only where the range names one.',
    fix: 'Check the name, the repository and the version of the dependency.',
  },
  PKG_DIGEST_MISMATCH: {
    summary: 'content does not match its digest',
    why: 'The archive has another digest than its index or manifest says: it was replaced in the repository or changed on the way. Or the digest in the index is not valid, so that it cannot be checked.',
    fix: 'Do not use it before you know why. The operator of the repository can create its index again.',
  },
  PKG_REPOSITORY_EXISTS: {
    summary: 'a repository of this name is known already',
    why: 'repositories.yaml holds another address or another login under the name.',
    fix: 'Take another name, or replace the entry with `pkg repo add --force-update`.',
  },
  PKG_CHART_AMBIGUOUS: {
    summary: 'several repositories have a chart of this name',
    why: 'A bare name is looked up in all repositories that the machine knows, and more than one has it.',
    fix: 'Write REPOSITORY/NAME, with the repository that is meant.',
  },
  PKG_LOCK_OUTDATED: {
    summary: 'the lock file does not fit the dependencies of the chart',
    why: 'Chart.yaml was changed after Chart.lock was written, or the lock file is missing where --frozen wants it.',
    fix: 'Run `pkg dependency update CHART` and commit the lock file.',
  },
  PKG_OFFLINE: {
    summary: 'something would have to be fetched, and --offline forbids it',
    why: 'An index, a manifest or an archive is not in the cache.',
    fix: 'Run the command once without --offline.',
  },
  PKG_VERSION_PUBLISHED: {
    summary: 'the version is published already with other content',
    why: 'Published versions are not replaced: machines that have fetched the version keep the old content, and others would get the new one.',
    fix: 'Raise the version in Chart.yaml, or give --bump to publish the next one.',
  },
  PKG_LISTEN_FAILED: {
    summary: 'charts cannot be served at an address',
    why: 'Another program listens there, this machine does not have the address, permission is denied, or certificate and key do not fit each other.',
    fix: 'Choose another address with --listen, or give another --tls-cert and --tls-key; the message says which.',
  },
  PKG_SIGNATURE_INVALID: {
    summary: 'a chart is not signed as it has to be',
    why: 'There is no provenance, or it is not signed by a key of the keyring, or what it signs is another archive.',
    fix: 'Do not use the chart before you know why. Ask who publishes it for its public key.',
  },
  PKG_KEYRING_INVALID: {
    summary: 'a keyring cannot be used',
    why: 'The file is no keyring, is damaged, or does not hold the key that is asked for.',
    fix: 'Export the keys anew: gpg --export > keyring.gpg, or gpg --export-secret-keys > secring.gpg to sign.',
  },
  PKG_KEY_INVALID: {
    summary: 'a key for cosign signatures, or a trust root, cannot be used',
    why: 'The file holds no key in PEM, a key of the other half of the pair, one that is too weak or of a kind that signs no charts, or a trust root that is not as `trusted_root.json` is.',
    fix: 'Name the file that cosign wrote: cosign.key to sign, cosign.pub to verify, trusted_root.json as the trust root.',
  },
  PKG_TRUST_POLICY_INVALID: {
    summary: 'the trust policy cannot be used',
    why: 'trust.yaml (or the file of --trust-policy or PKG_TRUST_POLICY) cannot be read, or holds a field that it should not, a rule without charts, or nothing of what a rule requires. Nothing is fetched then: a policy with a mistake must not let anything through.',
    fix: 'Correct what the message names. docs/signatures.md describes the file.',
  },
  PKG_CHART_UNTRUSTED: {
    summary: 'the trust policy does not let this chart through',
    why: 'No rule of the policy matches the chart, or the chart has no valid signature by a signer that the matching rule requires.',
    fix: 'Do not use the chart before you know why. If it should be trusted, have it signed, or change the policy.',
  },
  PKG_IMAGE_NOT_FOUND: {
    summary: 'an image is not there',
    why: 'The registry of the image, or the folder that was named in its place, has no image of that name and tag.',
    fix: 'Check the name and the tag, and whether the image is in another registry; values of the chart name it.',
  },
  PKG_IMAGE_INVALID: {
    summary: 'a manifest is not that of an image',
    why: 'A manifest does not have the media type of an image, is damaged, or names parts without digests.',
    fix: 'Check the name. An image in an old format has to be built again.',
  },
  PKG_BUNDLE_INVALID: {
    summary: 'a bundle is damaged',
    why: 'The file was cut off or changed, or is not what `pkg bundle` writes: something in it is missing, is there twice, or is not what its digest says.',
    fix: 'Copy the file again, or make the bundle again where it came from.',
  },
  PKG_TEMPLATE_SYNTAX: {
    summary: 'a template cannot be read',
    why: 'The template is not Handlebars at the place that is named.',
    fix: 'See docs/templates.md for the language.',
  },
  PKG_TEMPLATE_NAME_MISSING: {
    summary: 'a template uses a name that is not there',
    why: 'The name is not in the values, the context or the partials. pkg never prints a blank for it.',
    fix: 'Take the nearest name that the hint gives, or say what to do without it: {{default "x" name}} or {{optional name}}.',
  },
  PKG_TEMPLATE_HELPER: {
    summary: 'a helper was called wrongly',
    why: 'It is not known, or its arguments are of the wrong number or type.',
    fix: 'docs/helpers.md lists helpers with examples.',
  },
  PKG_TEMPLATE_SLOT: {
    summary: 'a value of this type cannot be used at this position',
    why: 'A list or a map stands in the middle of a text, or a value where only structure may be.',
    fix: 'Let the value stand alone, or make it a text with toJson.',
  },
  PKG_TEMPLATE_YAML: {
    summary: 'what a template prints is not YAML',
    why: 'The structure of the document is broken. The position is in the template, not in the printed text.',
    fix: 'Check the indentation of the line and of the block around it. Of a Go template the lines that it printed are shown too, and where the value that stands there comes from.',
  },
  PKG_TEMPLATE_LIMIT: {
    summary: 'the templates run too long or print too much',
    why: 'Partials include themselves, a loop goes over far more than was meant, or a value grows with each turn. Calls take steps by what they cost: the length of texts and lists, what is in a value, the size of keys.',
    fix: 'Look at the partial or the loop that the message names. If it is right as it is, raise the bound: `--template-limits steps=1000000000`.',
  },
  PKG_TEMPLATE_FAILED: {
    summary: 'the chart itself refuses, or a Go template fails',
    why: 'A template called `fail` or `required`, or a Go template could not be evaluated, with the message that Helm has for it.',
    fix: 'Do what the message says: that of `fail` and `required` was written by the author of the chart.',
  },
  PKG_OBJECT_INVALID: {
    summary: 'a document is not an object of Kubernetes',
    why: 'It lacks apiVersion, kind or a name, holds a number where a text has to be, or a Secret or ConfigMap holds data that no API server takes: something else than texts, or what is not base64.',
    fix: 'Correct the template at the given position.',
  },
  PKG_RELEASE_EXISTS: {
    summary: 'the name is in use',
    why: 'There is a release of that name in the namespace.',
    fix: 'Upgrade it with `pkg upgrade --install`, or choose another name.',
  },
  PKG_RELEASE_NOT_FOUND: {
    summary: 'there is no such release',
    why: 'No record of that name is in the namespace.',
    fix: '`pkg list -A` shows all releases.',
  },
  PKG_REVISION_NOT_FOUND: {
    summary: 'there is no such revision',
    why: 'It never existed, or was removed by --history-max, which keeps only the newest revisions.',
    fix: '`pkg history NAME` shows the revisions that there are.',
  },
  PKG_RELEASE_PENDING: {
    summary: 'Helm left the release pending',
    why: 'The record says that an operation of Helm is in progress. Helm records nothing by which pkg could find out whether it is still running.',
    fix: 'If you know that it is no longer running, give --take-over. `--lock-timeout 5m` waits for it to end.',
  },
  PKG_RELEASE_HELD: {
    summary: 'another operation works on the release',
    why: 'Another process holds the lease of the release, or two operations began at the same time.',
    fix: 'Wait until it has ended: `--lock-timeout 5m` does that. `--take-over` takes the release from the other process, whether it is running or not.',
  },
  PKG_RELEASE_TAKEN_OVER: {
    summary: 'another operation took the release over',
    why: 'This operation could not renew its lease in time (it was suspended, or had no connection to the cluster), or somebody gave --take-over. It has written nothing since then.',
    fix: '`pkg history NAME` shows what became of the release.',
  },
  PKG_RECORD_CORRUPT: {
    summary: 'a record cannot be read',
    why: 'The Secret of a revision holds something else than a release, or the one beside it (pkg.v1.NAME.vN) no random values.',
    fix: 'Restore it, or delete it: other revisions stay usable.',
  },
  PKG_RECORD_TOO_LARGE: {
    summary: 'the record would be larger than a Secret',
    why: 'A Secret holds 1 MiB, and the record holds the chart. Nothing was applied.',
    fix: 'Name large files that the chart does not need in .helmignore.',
  },
  PKG_OBJECT_OWNED: {
    summary: 'an object belongs to somebody else',
    why: 'The object exists, and its labels and annotations do not name this release.',
    fix: 'Give --take-ownership if the release is to own it from now on.',
  },
  PKG_OBJECT_CONFLICT: {
    summary: 'an object was changed meanwhile',
    why: 'Somebody else wrote it between the plan and the write.',
    fix: 'Give the command again: it plans anew.',
  },
  PKG_APPLY_FAILED: {
    summary: 'objects could not be written',
    why: 'The record says that the revision failed.',
    fix: 'See the cause, then upgrade again.',
  },
  PKG_PLAN_HAS_CHANGES: {
    summary: 'there are changes',
    why: 'Asked for with --exit-code: status 2 says that the plan is not empty.',
    fix: 'This is not an error: there is nothing to correct.',
  },
  PKG_HOOK_FAILED: {
    summary: 'a hook of the chart failed',
    why: 'A Job or Pod that the chart runs at this moment ended with an error, or did not end in time.',
    fix: 'Read its log with kubectl, correct the cause, and run the command again. --no-hooks skips hooks.',
  },
  PKG_NOT_READY: {
    summary: 'an object was written and does not become ready',
    why: 'Its state says that it will not become ready: a Job has failed, a Deployment has exceeded its progress deadline, or no node can run a pod.',
    fix: 'See the events of the object and the logs of its pods, correct the cause, and upgrade again.',
  },
  PKG_TIMEOUT: {
    summary: 'the operation took longer than it may',
    why: 'Something that was waited for was not done in the time that --timeout gives, or the cluster did not answer.',
    fix: 'Correct what the error names as not ready, or give more time: --timeout 15m.',
  },
  PKG_TARGET_MISSING: {
    summary: 'no cluster or folder is given as the target',
    why: 'No kubeconfig names a cluster, pkg does not run in a pod, and no folder is given.',
    fix: 'Set KUBECONFIG or give --kubeconfig and --kube-context for a cluster; give --target dir:PATH or set PKG_TARGET for a folder.',
  },
  PKG_TARGET_INVALID: {
    summary: 'the target is not valid',
    why: 'It is of an unknown kind, or a file is where a folder should be.',
    fix: 'Write dir:PATH.',
  },
  PKG_TARGET_UNWRITABLE: {
    summary: 'the target may not be written',
    why: 'The folder or a file in it is protected, or in the way.',
    fix: 'Check permissions and what lies at the path.',
  },
  PKG_TARGET_FULL: {
    summary: 'the target is full',
    why: 'The file system has no room left. The record says that the revision failed, if it could still be written.',
    fix: 'Make room, then give the command again.',
  },
  PKG_TARGET_CORRUPT: {
    summary: 'a file of the target does not hold what it should',
    why: 'It was edited so that it no longer parses, or holds another object than its place says.',
    fix: 'Correct or delete the file: the next upgrade writes it again.',
  },
  PKG_NAMESPACE_NOT_FOUND: {
    summary: 'the namespace does not exist',
    why: 'Objects need their namespace first.',
    fix: 'Give --create-namespace.',
  },
  PKG_NAMESPACE_TERMINATING: {
    summary: 'the namespace is being deleted',
    why: 'No objects can be created in it. The namespace exists until all objects in it are deleted; an object whose finalizer is never removed keeps it for ever.',
    fix: 'Wait until it is gone, then give the command again with --create-namespace.',
  },
  PKG_KUBECONFIG_INVALID: {
    summary: 'the kubeconfig is wrong',
    why: 'A file that is named is missing or not a kubeconfig, a context names what is not there, or an entry lacks something.',
    fix: 'Correct the file, or choose another context with --kube-context.',
  },
  PKG_CREDENTIALS_FAILED: {
    summary: 'credentials could not be got',
    why: 'An exec plugin is missing, failed, or printed something else than credentials; a token file cannot be read; or an OpenID Connect issuer cannot be reached or gives no new token.',
    fix: 'Run the plugin by hand, or install it as its hint says: what it printed stands above the error. For OpenID Connect log in again with the tool that wrote the kubeconfig.',
  },
  PKG_CLUSTER_UNREACHABLE: {
    summary: 'the cluster does not answer',
    why: 'Nothing answers at its address, its certificate is not trusted, or a network, proxy or VPN is in the way.',
    fix: 'Check the address and the context that the message names, then the network.',
  },
  PKG_CLUSTER_UNAUTHORIZED: {
    summary: 'the cluster does not know who you are',
    why: 'The token or client certificate has expired, or belongs to another cluster.',
    fix: 'Log in again, or check the user of the context.',
  },
  PKG_CLUSTER_FORBIDDEN: {
    summary: 'the cluster does not allow it',
    why: 'Your rights do not cover it, or a quota, policy or webhook forbids it. The message says what and where.',
    fix: 'Ask for a role that allows the verb on the resource in the namespace, or change what the policy forbids.',
  },
  PKG_CLUSTER_FAILED: {
    summary: 'the cluster failed',
    why: 'The API server is overloaded or broken, or something that is no API server answered.',
    fix: 'See the answer of the server, and give the command again when the cluster works.',
  },
  PKG_KIND_UNKNOWN: {
    summary: 'the cluster does not know a kind',
    why: 'The CustomResourceDefinition is not installed, or the cluster no longer serves that apiVersion.',
    fix: 'Install the CustomResourceDefinition, or use an apiVersion that the cluster serves.',
  },
  PKG_COMMAND_FAILED: {
    summary: 'a command that another package adds failed',
    why: 'The command is not one of pkg: an npm package adds it. The message is what it says.',
    fix: 'Look into the documentation of the package, or remove it from oclif.plugins in the data folder of pkg.',
  },
  PKG_INTERNAL: {
    summary: 'pkg has a defect',
    why: 'Something happened that should not be possible.',
    fix: 'Please report it, with the output of the same command under --debug.',
  },
};
