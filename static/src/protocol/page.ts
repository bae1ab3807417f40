/** Return the nodes of a part of a page as the server has it now; null when it cannot be had. */
export async function readPart(address: string): Promise<Node[] | null> {
  try {
    const answer = await fetch(address, { headers: { accept: "text/html" } });
    if (!answer.ok) return null;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return [...page.body.childNodes];
  } catch {
    return null;
  }
}
