import { useState } from "preact/hooks";

/** A place to drop a file, which is a file field for everybody who does not drop. */
export function FileDrop({ isBusy, onFile }: { readonly isBusy: boolean; readonly onFile: (file: File) => void }) {
  const [isOver, setOver] = useState(false);
  const take = (file: File | undefined) => {
    if (file !== undefined && !isBusy) onFile(file);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer?.files[0]);
  };
  return (
    <label
      class={isOver ? "file-drop is-over" : "file-drop"}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <input
        type="file"
        disabled={isBusy}
        accept=".xml,.csv,.tsv,.zip"
        onChange={(event) => {
          take(event.currentTarget.files?.[0]);
          // The same file can be chosen again.
          event.currentTarget.value = "";
        }}
      />
      <b>{isBusy ? "Reading the file…" : "Drop a file here, or choose one"}</b>
      <span class="muted">XML, CSV, TSV or ZIP, up to 256 MB</span>
    </label>
  );
}
