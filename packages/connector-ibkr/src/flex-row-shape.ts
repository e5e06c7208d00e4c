import { ImportError } from "@fillbook/core";
import type { FlexRaw } from "./flex-event.ts";
import type { FlexAttributes, FlexDraft, FlexElement } from "./flex-xml.ts";

/** Gives rows of one query one shape in memory. */
export interface FlexRowShapes {
  /** What an element that begins will look like; undefined while no shape is known. */
  start(name: string): FlexDraft | undefined;
  /** The row of an element whose attributes are read. */
  finish(element: FlexElement): FlexRaw;
}

/**
 * A query gives all its rows the same columns. A copy of an object that has them already takes a tenth of the memory of
 * one that grows name by name, and everything that reads it is faster; a row with other columns is rebuilt, and its
 * columns are the next shape.
 *
 * @param onColumns is told the columns of every new shape.
 */
export function flexRowShapes(onColumns: (columns: readonly string[]) => void): FlexRowShapes {
  const shapes = new Map<string, Shape>();
  return {
    start(name) {
      const shape = shapes.get(name);
      if (shape === undefined) return undefined;
      return { attributes: { ...shape.empty }, names: shape.names, values: shape.values };
    },
    finish({ name, attributes, asDrafted }) {
      if (asDrafted) {
        attributes.element = name;
        return attributes;
      }
      const columns = Object.keys(attributes).filter((column) => attributes[column] !== undefined);
      if (columns.some((column) => column in Object.prototype)) throw refused();
      onColumns(columns);
      if (columns.length <= COLUMNS_MAX) shapes.set(name, shapeOf(columns));
      return { ...Object.fromEntries(columns.map((column) => [column, attributes[column] ?? ""])), element: name };
    },
  };
}

interface Shape {
  /** `element` and the columns, all undefined: an attribute that is set already is a duplicate. */
  readonly empty: FlexAttributes;
  /** The columns in their order. */
  readonly names: readonly string[];
  /** Of the last row. */
  readonly values: string[];
}

/** Above it an object is a table to the engine, whatever it was copied from. */
const COLUMNS_MAX = 120;

// Only JSON.parse makes an object of so many properties that has a shape.
function shapeOf(columns: readonly string[]): Shape {
  const names = ["element", ...columns.filter((column) => column !== "element")];
  const empty = JSON.parse(`{${names.map((name) => `${JSON.stringify(name)}:null`).join()}}`);
  for (const name of names) empty[name] = undefined;
  return { empty, names: names.slice(1), values: [] };
}

function refused(): ImportError {
  return new ImportError("PROTOCOL", "the Flex document has an attribute of a name that is not allowed");
}
