import { ingestReport } from "../answers/run-answers.ts";
import { type Route, userRoute } from "../route.ts";
import { uploadedFile } from "../uploaded-file.ts";

/** Files that people downloaded from their broker. */
export function fileRoutes({ fileBytes }: { readonly fileBytes: number }): Route[] {
  const route = userRoute(["post", "/api/connections/{id}/file"], {
    summary: "Import a downloaded file: the body is the file itself",
    answer: ingestReport,
    async handle({ user, id, request, response }) {
      // A stranger's connection is not there before any byte of the file is looked at.
      const { id: connectionId } = await user.connection(id);
      const { pieces, fault } = await uploadedFile(request, fileBytes);
      const report = await user.importFile(connectionId, pieces);
      // What is left of a file that was refused half-way is read by nobody, and the connection is not used again.
      if (!request.complete) response.set("connection", "close");
      request.resume();
      const error = fault();
      if (error !== null) throw error;
      return report;
    },
  });
  return [{ ...route, body: "file" }];
}
