// Builds elements. Words of people only ever become text nodes.

export const byId = (id) => document.getElementById(id);

export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

export const pictureUrl = (id, kind = "shown") => `/pictures/${encodeURIComponent(id)}?kind=${kind}`;

export const documentUrl = (id) => `/documents/${encodeURIComponent(id)}`;

export const missing = () => h("span", { class: "missing" }, "This picture cannot be shown. It may have been deleted.");

// Shows a picture, or what `instead` builds when it cannot be shown.
export function image(source, alt, instead, attributes = {}) {
  const element = h("img", { src: source, alt, decoding: "async", ...attributes });
  element.addEventListener("error", () => element.replaceWith(instead()), { once: true });
  return element;
}

export function speak(words) {
  byId("spoken").textContent = words;
}

// Says something above the text box; a problem stays until it is closed or solved.
export function notice(words, { isProblem = false } = {}) {
  const line = byId("notice");
  if (words) speak(words);
  line.hidden = !words;
  line.classList.toggle("problem", isProblem);
  const close = h("button", { type: "button", class: "remove", "aria-label": "Close", onclick: () => notice("") }, "✕");
  line.replaceChildren(...(words ? [h("span", {}, words), close] : []));
}

// Takes a notice back if it says one of these sentences.
export function takeBack(...sentences) {
  if (sentences.includes(byId("notice").firstElementChild?.textContent)) notice("");
}

export const newEvent = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
