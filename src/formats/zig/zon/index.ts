export { defaultZonLimits, parseZon, type ZonDocument, type ZonLimits } from './parse.ts';
export { describeKind, fieldOf, type ZonField, type ZonValue } from './values.ts';
export { KEYWORDS, writeIdentifier, writeString } from './words.ts';
