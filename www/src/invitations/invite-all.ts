import type { Role } from "@connvo/client";
import { api, problem } from "@/lib/api";

/** Somebody who could not be asked, and why. */
export interface Refused {
  email: string;
  message: string;
}

/** The addresses in a text: between blanks, commas and ends of lines. */
export function addresses(text: string): string[] {
  return [...new Set(text.split(/[\s,;]+/).filter(Boolean))];
}

/** Asks everybody in a text, one after the other; answers who could not be. */
export async function inviteAll(
  meetingId: string,
  text: string,
  role: Role,
): Promise<Refused[]> {
  const refused: Refused[] = [];
  for (const email of addresses(text)) {
    try {
      await api.participants.invite(meetingId, { email, role });
    } catch (thrown) {
      const { errors, message } = problem(thrown);
      refused.push({ email, message: errors[0]?.message ?? message });
    }
  }
  return refused;
}
