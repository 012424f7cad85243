/** The explanations of error codes about what the user typed. */
export const input = {
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
};
