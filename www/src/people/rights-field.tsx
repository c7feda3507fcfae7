import type { Standing } from "@connvo/client";

/** What a participant may be given. */
export type Rights = Pick<Standing, "canShare" | "canRecord" | "canInvite">;

/** What a participant has who was given nothing. */
export const NO_RIGHTS: Rights = {
  canShare: true,
  canRecord: false,
  canInvite: false,
};

const WORDS: [keyof Rights, string][] = [
  ["canShare", "share the screen"],
  ["canRecord", "record"],
  ["canInvite", "invite others"],
];

/** What somebody invited may do, as switches. */
export function RightsField({
  rights,
  onRights,
}: {
  rights: Rights;
  onRights: (rights: Rights) => void;
}) {
  return (
    <fieldset className="rights">
      <legend>They may</legend>
      {WORDS.map(([right, words]) => (
        <label key={right} className="check">
          <input
            type="checkbox"
            checked={rights[right]}
            onChange={(event) =>
              onRights({ ...rights, [right]: event.target.checked })
            }
          />
          {words}
        </label>
      ))}
    </fieldset>
  );
}
