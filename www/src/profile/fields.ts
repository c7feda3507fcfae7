import type { ProfileDraft } from "@connvo/client";
import { parts } from "@/lib/list-field";

/** The fields of a profile as they are typed: lists stand in one line. */
export interface Typed {
  texts: Record<Text, string>;
  lists: Record<List, string>;
  switches: Record<Switch, boolean>;
  links: Record<Link, string>;
}

type Text =
  "bio" | "experience" | "jobTitle" | "company" | "industry" | "goals";
type List = "languages" | "skills";
type Switch =
  "availableForMentoring" | "seekingMentorship" | "openToCollaboration";
type Link = keyof ProfileDraft["links"];

export const SHORT: [Text, string][] = [
  ["jobTitle", "Job title"],
  ["company", "Company"],
  ["industry", "Industry"],
];

export const LONG: [Text, string][] = [
  ["bio", "About me"],
  ["experience", "What I have done"],
  ["goals", "What I am after"],
];

export const LISTS: [List, string, string][] = [
  ["languages", "Languages, with commas between", "en, pt-BR"],
  ["skills", "Skills, with commas between", "drawing, statistics"],
];

export const SWITCHES: [Switch, string][] = [
  ["availableForMentoring", "be somebody’s mentor"],
  ["seekingMentorship", "find a mentor"],
  ["openToCollaboration", "work on something together"],
];

export const LINKS: [Link, string][] = [
  ["website", "My own page"],
  ["linkedin", "My page at LinkedIn"],
  ["twitter", "My page at Twitter"],
];

/** What is typed for a profile as it is. */
export function typed(draft: ProfileDraft): Typed {
  const { bio, experience, jobTitle, company, industry, goals } = draft;
  const { linkedin, twitter, website } = draft.links;
  return {
    texts: words({ bio, experience, jobTitle, company, industry, goals }),
    lists: {
      languages: draft.languages.join(", "),
      skills: draft.skills.join(", "),
    },
    switches: {
      availableForMentoring: draft.availableForMentoring,
      seekingMentorship: draft.seekingMentorship,
      openToCollaboration: draft.openToCollaboration,
    },
    links: words({ linkedin, twitter, website }),
  };
}

/** The profile that was typed. */
export function draft({ texts, lists, switches, links }: Typed): ProfileDraft {
  return {
    ...texts,
    languages: parts(lists.languages),
    skills: parts(lists.skills),
    ...switches,
    links,
  };
}

function words<Key extends string>(
  fields: Record<Key, string | null>,
): Record<Key, string> {
  const entries = Object.entries<string | null>(fields);
  return Object.fromEntries(
    entries.map(([key, text]) => [key, text ?? ""]),
  ) as Record<Key, string>;
}
