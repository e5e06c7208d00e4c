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
 * columns are the next shape. Where they keep changing there is no shape: to the engine each one is a type of its own,
 * which takes longer to make than to read the row.
 *
 * @param onColumns is told the columns of every new shape.
 */
export function flexRowShapes(onColumns: (columns: readonly string[]) => void): FlexRowShapes {
  const shapes = new Map<string, Shape>();
  let changes = 0;
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
      changes += 1;
      if (columns.length <= COLUMNS_MAX && changes <= CHANGES_MAX) shapes.set(name, shapeOf(columns));
      else shapes.delete(name);
      const table = Object.getPrototypeOf(attributes) === null ? attributes : tableOf(columns, attributes);
      table.element = name;
      // JSON objects have this prototype; the engine keeps a table a table.
      return Object.setPrototypeOf(table, Object.prototype);
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

/** How often the columns may change while shapes are made of them. */
const CHANGES_MAX = 20;

/** Above it an object is a table to the engine, whatever it was copied from. */
const COLUMNS_MAX = 120;

// Only JSON.parse makes an object of so many properties that has a shape.
function shapeOf(columns: readonly string[]): Shape {
  const names = ["element", ...columns.filter((column) => column !== "element")];
  const empty = JSON.parse(`{${names.map((name) => `${JSON.stringify(name)}:null`).join()}}`);
  for (const name of names) empty[name] = undefined;
  return { empty, names: names.slice(1), values: [] };
}

/** The columns alone, in an object that the engine keeps as a table from the start: it makes no types on the way. */
function tableOf(columns: readonly string[], attributes: FlexAttributes): FlexAttributes {
  const table: FlexAttributes = Object.create(null);
  for (const column of columns) table[column] = attributes[column] ?? "";
  return table;
}

function refused(): ImportError {
  return new ImportError("PROTOCOL", "the Flex document has an attribute of a name that is not allowed");
}
