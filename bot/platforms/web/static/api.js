// Talks to the server; every failure becomes a calm sentence.

export const UNREACHABLE = "Easel cannot be reached. What you typed is kept; try again in a moment.";

const NAME_CHARACTERS_MAX = 120;

export class Problem extends Error {
  // `isCertain` says that the server refused, so that nothing was begun.
  constructor(sentence, { isCertain }) {
    super(sentence);
    this.isCertain = isCertain;
  }
}

async function call(path, options = {}) {
  let response;
  try {
    response = await fetch(path, { credentials: "same-origin", ...options });
  } catch {
    throw new Problem(UNREACHABLE, { isCertain: false });
  }
  const answer = await response.json().catch(() => null);
  if (response.ok && answer) return answer;
  throw new Problem(answer?.error ?? UNREACHABLE, { isCertain: response.status >= 400 && response.status < 500 });
}

const post = (path, body, headers = {}) => call(path, { method: "POST", body, headers: { "X-Easel": "1", ...headers } });

export const feed = () => call("/api/feed");
export const earlier = (seq) => call(`/api/feed?before=${seq}`);
export const credits = (page = 1) => call(`/api/credits?page=${page}`);

export function say({ event, text, root = null, picture = null, files = [] }) {
  const form = new FormData();
  for (const [name, value] of Object.entries({ event, text, root, picture })) if (value) form.append(name, value);
  for (const file of files) form.append("files", file, file.name);
  return post("/api/messages", form);
}

export async function bytes(picture) {
  const response = await fetch(`/pictures/${encodeURIComponent(picture)}?kind=original`).catch(() => null);
  if (!response?.ok) throw new Problem("What was attached is not there any more. Attach it again.", { isCertain: true });
  return response.blob();
}

export const press = (pressed) => post("/api/press", JSON.stringify(pressed), { "Content-Type": "application/json" });

// Says what a line would cost; null when it has no price, or none can be told now.
export async function price({ text, picture = null, files = [] }) {
  const names = files.map((name) => name.slice(-NAME_CHARACTERS_MAX));
  const body = JSON.stringify({ text, picture, files: names });
  const answer = await post("/api/price", body, { "Content-Type": "application/json" }).catch(() => null);
  return answer?.price ?? null;
}
