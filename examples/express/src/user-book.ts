import type { Fillbook, UserBook } from "@fillbook/core";
import type { Request } from "express";
import { userIdOf } from "./sessions.ts";

/** The book as the person sees it who is logged in. Routes reach the book only through here, so none forgets whose it is. */
export function userBookOf(book: Fillbook, request: Request): UserBook {
  return book.forUser(userIdOf(request));
}
