import { ImportError } from "@fillbook/core";
import type { FlexRaw } from "./flex-event.ts";
import type { FlexAttributes, FlexElement } from "./flex-xml.ts";

/** Gives rows of one query one shape in memory. */
export interface FlexRowShapes {
  /** An object for the attributes of an element that begins; undefined while no shape is known. */
  start(name: string): FlexAttributes | undefined;
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
      return shape === undefined ? undefined : { ...shape.empty };
    },
    finish({ name, attributes, count }) {
      const shape = shapes.get(name);
      // Every attribute was set once and none was added, so none of the shape's is left out.
      if (shape !== undefined && count === shape.columns && Object.keys(attributes).length === shape.columns + 1) {
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
  readonly columns: number;
}

/** Above it an object is a table to the engine, whatever it was copied from. */
const COLUMNS_MAX = 120;

// Only JSON.parse makes an object of so many properties that has a shape.
function shapeOf(columns: readonly string[]): Shape {
  const names = ["element", ...columns.filter((column) => column !== "element")];
  const empty = JSON.parse(`{${names.map((name) => `${JSON.stringify(name)}:null`).join()}}`);
  for (const name of names) empty[name] = undefined;
  return { empty, columns: names.length - 1 };
}

function refused(): ImportError {
  return new ImportError("PROTOCOL", "the Flex document has an attribute of a name that is not allowed");
}
