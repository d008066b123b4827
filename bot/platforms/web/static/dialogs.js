// The large view of a picture, and questions that need an answer first.

import { byId, h, image, missing, pictureUrl } from "./dom.js";

export const originalUrl = (picture) => `/pictures/${encodeURIComponent(picture)}?kind=original&download=1`;

// Shows pictures large, one at a time; `onchange` is called with the index of the one to change.
export function view(pictures, index, { onchange }) {
  const dialog = byId("viewer");
  const step = (by) => view(pictures, (index + by + pictures.length) % pictures.length, { onchange });
  const { id, alt } = pictures[index];
  const change = () => {
    dialog.close();
    onchange(index);
  };
  dialog.replaceChildren(
    image(pictureUrl(id), alt, missing),
    h("div", { class: "buttons" },
      pictures.length > 1 ? h("button", { type: "button", class: "button", "aria-label": "Previous picture", onclick: () => step(-1) }, "←") : null,
      pictures.length > 1 ? h("button", { type: "button", class: "button", "aria-label": "Next picture", onclick: () => step(1) }, "→") : null,
      h("button", { type: "button", class: "button", onclick: change }, "Change this picture"),
      h("a", { class: "button", href: originalUrl(id), download: "" }, "Download"),
      h("button", { type: "button", class: "button", autofocus: true, onclick: () => dialog.close() }, "Close")));
  dialog.onclick = (event) => event.target === dialog && dialog.close();
  dialog.onkeydown = (event) => {
    if (pictures.length > 1 && event.key === "ArrowLeft") step(-1);
    if (pictures.length > 1 && event.key === "ArrowRight") step(1);
  };
  if (!dialog.open) dialog.showModal();
}

// Asks, and gives the value of the answer that was chosen, or null.
export function ask(title, words, answers) {
  const dialog = byId("question");
  return new Promise((resolve) => {
    const choose = (value) => {
      dialog.onclose = null;
      dialog.close();
      resolve(value);
    };
    dialog.replaceChildren(
      h("h2", { id: "question-title" }, title),
      h("p", {}, words),
      h("div", { class: "buttons" }, answers.map(({ label, value, isDanger, picture }, index) =>
        h("button", { type: "button", class: `button ${isDanger ? "danger" : ""} ${picture ? "choice" : ""}`, autofocus: index === 0, onclick: () => choose(value) },
          picture ? image(pictureUrl(picture.id, "thumbnail"), "", () => h("span")) : null, label))));
    dialog.onclose = () => resolve(null);
    dialog.showModal();
  });
}
