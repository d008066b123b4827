// Draws one message.

import { documentUrl, h, image, missing, pictureUrl } from "./dom.js";
import { receipt } from "./format.js";

const nothing = () => h("span");

export function drawMessage(message, actions) {
  const content = message.is_deleted ? [h("p", { class: "gone" }, "This is not shown any more.")]
    : message.author === "person" ? mine(message, actions)
    : easels(message, actions);
  const kind = message.author === "person" ? "mine" : `easel ${message.is_deleted ? "" : styleOf(message)}`;
  const label = message.author === "person" ? "You" : message.number ? `Easel, #${message.number}` : "Easel";
  return h("article", { class: kind, "aria-label": label, "data-id": message.id, "data-kind": message.kind ?? message.author }, content);
}

function styleOf(message) {
  if (message.kind === "accepted" || message.kind === "result") return "result";
  return `said ${message.kind}`;
}

function mine(message, actions) {
  const sent = message.attachments.map((attached) =>
    h("button", { type: "button", "aria-label": `Show ${attached.name}`, onclick: () => actions.view([asPicture(attached)], 0, message) },
      image(pictureUrl(attached.picture, "thumbnail"), "", nothing, { loading: "lazy" })));
  const converted = message.attachments.filter((attached) => attached.converted_from)
    .map((attached) => h("span", { class: "small" }, `${attached.name} was converted from ${attached.converted_from}`));
  const changed = message.picture ? image(pictureUrl(message.picture, "thumbnail"), "The picture to change", nothing) : null;
  return [
    sent.length ? h("div", { class: "sent" }, sent) : null,
    message.text || changed ? h("div", { class: "bubble" }, changed, h("span", {}, message.text)) : null,
    ...converted,
  ];
}

const asPicture = ({ picture, name, width, height }) => ({ id: picture, alt: name, width, height });

function easels(message, actions) {
  const { card } = message;
  const text = h("p", { class: "text" }, message.text);
  const shown = message.pictures.length ? pictures(message, actions) : null;
  const isAboutOrder = card && message.kind !== "info" && message.kind !== "question";
  const listed = rows(message, actions);
  return [
    ...(message.kind === "accepted" ? [drawing(message)] : message.kind === "result" ? [shown, text] : [text, shown]),
    isAboutOrder ? slip(card, listed) : listed,
    files(message),
    buttons(message, actions),
  ];
}

// One line of what was understood and paid, with the exact list behind it.
function slip(card, listed) {
  const line = h("summary", { class: "receipt" }, receipt(card));
  return listed ? h("details", { class: "slip" }, line, listed) : h("p", { class: "receipt" }, receipt(card));
}

function drawing({ card, text }) {
  const status = h("span", { class: "status" }, card ? progress(card) : text);
  const frame = h("div", { class: "picture drawing" }, status);
  showPartial(frame, card);
  if (card?.width) frame.style.setProperty("--ratio", card.width / card.height);
  return frame;
}

// The picture as it is so far; each new one replaces the one before.
export function showPartial(frame, card) {
  if (!card?.partial || frame.dataset.partial === card.partial) return;
  frame.dataset.partial = card.partial;
  const source = `/jobs/${card.number}/partial?of=${encodeURIComponent(card.partial)}`;
  const next = h("img", { src: source, alt: "Your picture so far", class: "partial", decoding: "async" });
  next.addEventListener("load", () => {
    frame.querySelectorAll("img.partial").forEach((old) => old.remove());
    frame.prepend(next);
  }, { once: true });
}

// What cancelling means depends on where the job stands.
export const cancelLabel = (card) => (card.state === "waiting" ? "Cancel" : "Cancel · what is drawn is charged");

// Where an open job stands, in words.
export function progress(card) {
  if (card.state === "waiting") {
    return card.position > 0 ? `Waiting · ${card.position} before you` : "Waiting · you are next";
  }
  if (!card.is_open) return "Almost there…";
  const seconds = card.started ? Math.round((Date.now() - card.started) / 1000) : 0;
  return seconds >= 2 && seconds < 3600 ? `Drawing · ${seconds} s` : "Drawing…";
}

function pictures(message, actions) {
  const shown = message.pictures.map((picture, index) => {
    const frame = h("button", { type: "button", class: "picture", "aria-label": `Open picture ${picture.position}: ${picture.alt}`, onclick: () => actions.view(message.pictures, index, message) },
      image(pictureUrl(picture.id), picture.alt, missing, { width: picture.width, height: picture.height, loading: "lazy" }),
      message.pictures.length > 1 ? h("span", { class: "place", "aria-hidden": "true" }, String(picture.position)) : null);
    frame.style.setProperty("--ratio", picture.width / picture.height);
    return message.spoiler && !seen.has(picture.id) ? hidden(picture, frame) : frame;
  });
  return h("div", { class: shown.length > 1 ? "pictures many" : "pictures" }, shown);
}

// Pictures that were asked to be seen on this page; a message that is drawn anew does not hide them again.
const seen = new Set();

// A picture that nobody has to see: not even fetched before it is asked for.
function hidden(picture, frame) {
  const cover = h("button", { type: "button", class: "picture spoiler", "aria-label": `Show hidden picture ${picture.position}`, onclick: () => {
    seen.add(picture.id);
    cover.replaceWith(frame);
    frame.focus();
  } }, h("span", {}, "Hidden picture"), h("span", { class: "small" }, "Press to see it"));
  cover.style.setProperty("--ratio", picture.width / picture.height);
  return cover;
}

// Files that were made for this answer: a chart is shown, anything else is a link to keep it.
function files(message) {
  if (!message.files?.length) return null;
  return h("div", { class: "files" }, message.files.map((file) =>
    file.mime === "image/png" ? chart(file) : h("a", { class: "button", href: `${documentUrl(file.id)}?download`, download: file.name }, file.name)));
}

function chart({ id, alt, name }) {
  const link = h("a", { class: "chart", href: `${documentUrl(id)}?download`, download: name });
  link.append(image(documentUrl(id), alt, () => h("span", { class: "small" }, "This chart is no longer kept. Ask for it again."), { loading: "lazy" }));
  return link;
}

function rows(message, actions) {
  if (!message.rows.length) return null;
  return h("dl", { class: "rows" }, message.rows.flatMap((row) => [
    h("dt", {}, row.job === null ? row.label : h("button", { type: "button", onclick: (event) => actions.open(message, row.job, event.currentTarget) }, row.label)),
    h("dd", {}, row.value),
  ]));
}

function buttons(message, actions) {
  // What was drawn for whoever looks is their own: there is nothing to report.
  const offered = message.buttons.filter((button) => button.act !== "report" || message.kind !== "result");
  if (!offered.length) return null;
  return h("div", { class: "buttons" }, offered.map((button, index) =>
    h("button", {
      type: "button",
      class: button.act === "delete" ? "button danger" : "button",
      "data-act": button.act,
      "data-key": `${button.act}-${index}`,
      onclick: (event) => actions.press(message, button, event.currentTarget),
    }, button.label)));
}
