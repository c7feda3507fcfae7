/** A token that is good now, from your own server. Rejecting is fine: it is asked
 * for again later. */
export async function getToken(): Promise<string> {
  const answer = await fetch("/api/connvo-token", { method: "POST" });
  if (!answer.ok) throw new Error(`no token: ${answer.status}`);
  const { token } = (await answer.json()) as { token: string };
  return token;
}
