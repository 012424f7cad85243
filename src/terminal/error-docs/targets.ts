/** The explanations of error codes about clusters and folders of manifests. */
export const targets = {
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
};
