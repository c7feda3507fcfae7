"use client";

import type { Proficiency } from "@connvo/client";
import type { Chosen } from "./interests-form";
import type { Branch } from "./tree";

const PROFICIENCIES: Proficiency[] = [
  "beginner",
  "intermediate",
  "advanced",
  "expert",
];

/** An interest to choose, how well I know it, and its parts. */
export function InterestBranch({
  branch: { interest, parts },
  chosen,
  choose,
}: {
  branch: Branch;
  chosen: Chosen;
  choose: (slug: string, proficiency: Proficiency | undefined) => void;
}) {
  const { slug, name } = interest;
  const proficiency = chosen.get(slug);
  return (
    <li>
      <div className="interest">
        <label className="check">
          <input
            type="checkbox"
            checked={proficiency !== undefined}
            onChange={(event) =>
              choose(slug, event.target.checked ? "beginner" : undefined)
            }
          />
          {name}
        </label>
        {proficiency && (
          <select
            className="input"
            aria-label={`How well I know ${name}`}
            value={proficiency}
            onChange={(event) =>
              choose(slug, event.target.value as Proficiency)
            }
          >
            {PROFICIENCIES.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        )}
      </div>
      {parts.length > 0 && (
        <ul aria-label={`Parts of ${name}`}>
          {parts.map((part) => (
            <InterestBranch
              key={part.interest.slug}
              branch={part}
              chosen={chosen}
              choose={choose}
            />
          ))}
        </ul>
      )}
    </li>
  );
}
