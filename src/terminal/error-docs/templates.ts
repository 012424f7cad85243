/** The explanations of error codes about templates and the objects that they print. */
export const templates = {
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
};
