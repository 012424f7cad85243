/**
 * Names of Unicode classes (`\p{Letter}`) as Go reads them since version 1.25: in any case, without regard to blanks,
 * `-` and `_`, with aliases of categories. RE2JS reads exact names (`\p{L}`, `\p{Old_Italic}`) only.
 */

/** Names with a capital or `_` inside; any other is a capital and small letters. Unicode 17, as Go's `unicode.Scripts`. */
const SCRIPTS =
  'Anatolian_Hieroglyphs Bassa_Vah Beria_Erfe Canadian_Aboriginal Caucasian_Albanian Cypro_Minoan Dives_Akuru ' +
  'Egyptian_Hieroglyphs Gunjala_Gondi Gurung_Khema Hanifi_Rohingya Imperial_Aramaic Inscriptional_Pahlavi ' +
  'Inscriptional_Parthian Kayah_Li Khitan_Small_Script Kirat_Rai Linear_A Linear_B Masaram_Gondi Meetei_Mayek ' +
  'Mende_Kikakui Meroitic_Cursive Meroitic_Hieroglyphs Nag_Mundari New_Tai_Lue Nyiakeng_Puachue_Hmong Ol_Chiki Ol_Onal ' +
  'Old_Hungarian Old_Italic Old_North_Arabian Old_Permic Old_Persian Old_Sogdian Old_South_Arabian Old_Turkic ' +
  'Old_Uyghur Pahawh_Hmong Pau_Cin_Hau Phags_Pa Psalter_Pahlavi SignWriting Sora_Sompeng Syloti_Nagri Tai_Le Tai_Tham ' +
  'Tai_Viet Tai_Yo Tolong_Siki Tulu_Tigalari Warang_Citi Zanabazar_Square';

/** Go's `unicode.CategoryAliases`. */
const CATEGORIES =
  'Cased_Letter=Lc Close_Punctuation=Pe Combining_Mark=M Connector_Punctuation=Pc Control=Cc Currency_Symbol=Sc ' +
  'Dash_Punctuation=Pd Decimal_Number=Nd Enclosing_Mark=Me Final_Punctuation=Pf Format=Cf Initial_Punctuation=Pi ' +
  'Letter=L Letter_Number=Nl Line_Separator=Zl Lowercase_Letter=Ll Mark=M Math_Symbol=Sm Modifier_Letter=Lm ' +
  'Modifier_Symbol=Sk Nonspacing_Mark=Mn Number=N Open_Punctuation=Ps Other=C Other_Letter=Lo Other_Number=No ' +
  'Other_Punctuation=Po Other_Symbol=So Paragraph_Separator=Zp Private_Use=Co Punctuation=P Separator=Z ' +
  'Space_Separator=Zs Spacing_Mark=Mc Surrogate=Cs Symbol=S Titlecase_Letter=Lt Unassigned=Cn Uppercase_Letter=Lu ' +
  'cntrl=Cc digit=Nd punct=P';

/** A quoted text, a class by name, any other escape. */
const ESCAPES = /\\Q[^]*?(?:\\E|$)|(\\[pP]\{\^?)([^}]*)\}|(\\[pP])([a-z])|\\[^]/g;

/** A pattern of Go with the names of Unicode classes that RE2JS knows; names that Go does not know stay unknown. */
export function withExactNames(pattern: string): string {
  const exact = new Map<string, string>();
  for (const name of SCRIPTS.split(' ')) exact.set(canonical(name), name);
  for (const pair of CATEGORIES.split(' ')) {
    const [name = '', category = ''] = pair.split('=');
    exact.set(canonical(name), category);
  }
  return pattern.replace(ESCAPES, (escape, start?: string, name?: string, short?: string, letter?: string) => {
    if (short !== undefined && letter !== undefined) return short + letter.toUpperCase();
    if (start === undefined || name === undefined) return escape;
    const known = canonical(name);
    return `${start}${exact.get(known) ?? known}}`;
  });
}

/** `canonicalName` of Go's regexp/syntax. */
function canonical(name: string): string {
  const letters = name.replaceAll(/[ _-]/g, '');
  return (
    letters.slice(0, 1).replace(/[a-z]/, (letter) => letter.toUpperCase()) +
    letters.slice(1).replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
  );
}
