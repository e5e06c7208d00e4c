import { ImportError } from "@fillbook/core";

/** Bounds of a document; whatever is above one ends in `RESPONSE_TOO_LARGE`. docs/reference/connectors.md lists them. */
export const flexBounds = {
  /** Names and values of one element together, in characters: as long as a record may be that core stores whole. */
  elementLengthMax: 65_536,
  /** Attributes of one element. */
  attributesMax: 256,
  /** Different names of attributes in one document. The engine keeps a name that was a property's for good. */
  attributeNamesMax: 2_048,
  /** Different names of elements in one document. */
  elementNamesMax: 1_024,
  nameLengthMax: 128,
  depthMax: 32,
  /** Rows without any id, whose contents are counted over the whole document. */
  rowsWithoutIdsMax: 1_000_000,
} as const;

/** @param what the whole clause: what has more than it may. */
export function tooLarge(what: string): ImportError {
  return new ImportError("RESPONSE_TOO_LARGE", `the Flex document was refused: ${what}`);
}
