import { Dialog } from "../ui.tsx";

const keys: readonly (readonly [keys: string, what: string])[] = [
  ["j  ↓", "next trade"],
  ["k  ↑", "trade before"],
  ["x", "select or unselect"],
  ["a", "select all, or none"],
  ["Enter", "open the plan list"],
  ["c", "open the campaign list"],
  ["s", "save this trade"],
  ["b", "review all selected"],
  ["i", "use the import instead of what you entered"],
  ["u", "take this trade's review back"],
  ["o", "open the trade"],
  ["/", "filter by symbol"],
  ["Esc", "back to the row"],
  ["?", "this list"],
];

export function HelpDialog({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title="Keys of the inbox" onClose={onClose}>
      <dl class="keys">
        {keys.map(([key, what]) => (
          <div key={key}>
            <dt>
              {key.split("  ").map((one) => (
                <kbd key={one}>{one}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
