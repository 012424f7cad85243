/** The explanations of error codes about charts and values. */
export const charts = {
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
};
