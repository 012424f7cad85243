/** The explanations of error codes about repositories, registries, signatures and bundles. */
export const repositories = {
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
    why: 'No rule of the policy matches the chart, or the chart has no valid signature by a signer that the matching rule requires, or the signed chart has another name or version than the one that was asked for.',
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
};
