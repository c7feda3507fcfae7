/** A token of nobody: here no server is asked. Its subject names the records. */
const CLAIMS = btoa(JSON.stringify({ iss: "try", sub: "next" }));

export async function getToken(): Promise<string> {
  return `e30.${CLAIMS}.`;
}
