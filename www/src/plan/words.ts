import type { Feature, PlanLimits } from "@connvo/client";

/** Every feature of a plan, and what people call it. */
export const FEATURES: [Feature, string][] = [
  ["video.webrtc", "Video calls"],
  ["video.stream", "Video streaming"],
  ["recording", "Recording"],
  ["transcription", "Transcription"],
  ["ai.precall", "Ideas before a meeting"],
  ["ai.incall", "Prompts during a meeting"],
  ["ai.insights", "Insights after a meeting"],
  ["matching", "Matching"],
];

/** Every limit of a plan, and what people call it. */
export const LIMITS: [keyof PlanLimits, string][] = [
  ["participants", "Members of a meeting"],
  ["meetingMinutes", "Minutes of a meeting"],
  ["transcriptRetentionDays", "Days that transcript is kept"],
  ["aiCallsPerDay", "AI answers a day"],
];

/** What a feature or limit is called. */
export function nameOf(key: string): string {
  const all: [string, string][] = [...FEATURES, ...LIMITS];
  return all.find(([known]) => known === key)?.[1] ?? key;
}
