/** The types of parameters by which the signature of a function is written, and how Go's `%T` prints them. */
export const PARAM_TYPES = {
  any: 'interface {}',
  string: 'string',
  bool: 'bool',
  int: 'int',
  int64: 'int64',
  float64: 'float64',
  map: 'map[string]interface {}',
  list: '[]interface {}',
  strings: '[]string',
  bytes: '[]uint8',
  uint32: 'uint32',
  'time.Time': 'time.Time',
  'time.Duration': 'time.Duration',
  '*time.Location': '*time.Location',
  '*semver.Version': '*semver.Version',
  'sprig.certificate': 'sprig.certificate',
  reflect: 'reflect.Value',
} as const;

/** The type of a parameter. */
export type Param = keyof typeof PARAM_TYPES;
