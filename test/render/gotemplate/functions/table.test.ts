/** The table of functions has the same names as helm. */
import { expect, test } from 'vitest';
import { builtinNames } from '../../../../src/render/gotemplate/builtins.ts';
import { findFunction, functionNames } from '../../../../src/render/gotemplate/functions/index.ts';
import { helmOutcomes, pkgOutcome } from './support.ts';

/** Sprig's, without those that read the environment. */
const SPRIG =
  'abbrev abbrevboth add add1 add1f addf adler32sum ago all any append atoi b32dec b32enc b64dec b64enc ' +
  'base bcrypt biggest buildCustomCert camelcase cat ceil chunk clean coalesce compact concat contains ' +
  'date dateInZone dateModify date_in_zone date_modify decryptAES deepCopy deepEqual default ' +
  'derivePassword dict dig dir div divf duration durationRound empty encryptAES ext fail first float64 ' +
  'floor fromJson genCA genCAWithKey genPrivateKey genSelfSignedCert genSelfSignedCertWithKey ' +
  'genSignedCert genSignedCertWithKey get getHostByName has hasKey hasPrefix hasSuffix hello htmlDate ' +
  'htmlDateInZone htpasswd indent initial initials int int64 isAbs join kebabcase keys kindIs kindOf ' +
  'last list lower max maxf merge mergeOverwrite min minf mod mul mulf mustAppend mustChunk mustCompact ' +
  'mustDateModify mustDeepCopy mustFirst mustFromJson mustHas mustInitial mustLast mustMerge ' +
  'mustMergeOverwrite mustPrepend mustPush mustRegexFind mustRegexFindAll mustRegexMatch ' +
  'mustRegexReplaceAll mustRegexReplaceAllLiteral mustRegexSplit mustRest mustReverse mustSlice ' +
  'mustToDate mustToJson mustToPrettyJson mustToRawJson mustUniq mustWithout must_date_modify nindent ' +
  'nospace now omit osBase osClean osDir osExt osIsAbs pick pluck plural prepend push quote randAlpha ' +
  'randAlphaNum randAscii randBytes randInt randNumeric regexFind regexFindAll regexMatch ' +
  'regexQuoteMeta regexReplaceAll regexReplaceAllLiteral regexSplit repeat replace rest reverse round ' +
  'semver semverCompare seq set sha1sum sha256sum sha512sum shuffle slice snakecase sortAlpha split ' +
  'splitList splitn squote sub subf substr swapcase ternary title toDate toDecimal toJson toPrettyJson ' +
  'toRawJson toString toStrings trim trimAll trimPrefix trimSuffix trimall trunc tuple typeIs ' +
  'typeIsLike typeOf uniq unixEpoch unset until untilStep untitle upper urlJoin urlParse uuidv4 values ' +
  'without wrap wrapWith';
/** Helm's own that are not Sprig's. */
const HELM =
  'include tpl required lookup toYaml mustToYaml toYamlPretty fromYaml fromYamlArray fromJsonArray ' +
  'toToml mustToToml fromToml mustToDuration durationSeconds durationMilliseconds durationMicroseconds ' +
  'durationNanoseconds durationMinutes durationHours durationDays durationWeeks durationRoundTo durationTruncateTo';
/** Those of Go's templates; Sprig's slice takes the place of Go's. */
const GO = 'and call eq ge gt html index js le len lt ne not or print printf println urlquery';

/** Names of other programs' functions, of packages, of neighbours, and of what Helm leaves out. */
const OTHERS =
  'env expandenv files get_env toYAML fromyaml fromTOML sha512 sha256 md5sum b64encode uuid mustFail mustInclude ' +
  'mustRegexQuoteMeta mustDuration mustRound mustSemver mustSplit mustB64dec mustDict dump readFile ' +
  'mustFromYaml mustFromYamlArray mustFromJsonArray mustFromToml fromYamlAll toYamlArray randHex genRSA';

const words = (text: string): string[] => text.split(' ');
const known = [...new Set([...builtinNames(), ...functionNames()])].sort();

/** Names that are functions to a parser: it refuses all others before anything runs. */
function defined(names: readonly string[], outcomes: ReturnType<typeof helmOutcomes>): string[] {
  return names.filter((name, index) => !JSON.stringify(outcomes[index]).includes(`function \\"${name}\\" not defined`));
}

test('pkg has the functions that Sprig and Helm have', { timeout: 600_000 }, () => {
  const wanted = [...new Set([...words(SPRIG), ...words(HELM), ...words(GO)])].sort();
  // Functions for TOML are not in this list.
  expect(known.filter((name) => !name.endsWith('Toml'))).toEqual(wanted.filter((name) => !name.endsWith('Toml')));
  for (const name of functionNames()) expect(findFunction(name), name).toBeDefined();
});

test('helm has these names, and no others', { timeout: 600_000 }, () => {
  const names = [...new Set([...known, ...words(OTHERS)])];
  const templates = names.map((name) => `{{if false}}{{(${name})}}{{end}}`);
  const theirs = defined(names, helmOutcomes(templates));
  expect(theirs.sort()).toEqual(known);
  expect(defined(names, templates.map(pkgOutcome)).sort()).toEqual(known);
});
