import type { Participant, VersionGroup } from "@connvo/client";
import { moment } from "@/lib/time";
import { Avatar } from "@/ui/avatar";
import { authorOf } from "./version";

/** Versions, latest first. */
export function VersionList({
  versions,
  people,
  chosen,
  onChoose,
}: {
  versions: readonly VersionGroup[];
  people: readonly Participant[] | undefined;
  chosen: VersionGroup;
  onChoose: (version: VersionGroup) => void;
}) {
  return (
    <ul aria-label="Versions">
      {versions.map((version) => {
        const author = authorOf(version, people);
        return (
          <li key={version.sequence}>
            <button
              type="button"
              className="version"
              data-testid="version"
              aria-pressed={version.sequence === chosen.sequence}
              onClick={() => onChoose(version)}
            >
              <Avatar name={author} person={version.authorId} />
              <span className="version-words">
                <strong>{author}</strong>
                <span className="muted">{moment(version.endedAt)}</span>
              </span>
              <span className="version-size">
                {version.inserted > 0 && (
                  <span className="added">+{version.inserted}</span>
                )}
                {version.deleted > 0 && (
                  <span className="removed">−{version.deleted}</span>
                )}
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
