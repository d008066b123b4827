// Amounts arrive in millicredits, times in milliseconds.

const tenths = (millicredits) => Math.ceil(millicredits / 100);
const plain = (number) => (number / 10).toLocaleString("en", { maximumFractionDigits: 1 });

// A price is rounded up to one decimal, so that nobody is told too little.
export const price = (millicredits) => plain(tenths(millicredits));

// What can be spent is rounded down.
export const available = (millicredits) => plain(Math.floor(millicredits / 100));

export const exact = (millicredits) => (millicredits / 1000).toLocaleString("en", { maximumFractionDigits: 3 });

export const signed = (millicredits) => (millicredits > 0 ? "+" : millicredits < 0 ? "−" : "") + exact(Math.abs(millicredits));

export const day = (time) => new Date(time).toLocaleDateString(undefined, { day: "numeric", month: "short" });

export const moment = (time) =>
  new Date(time).toLocaleString(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

export const plural = (count, one, many) => `${count} ${count === 1 ? one : many}`;

// One line: what was understood, held, cost and given back, and the job's number.
export function receipt(card) {
  const made = card.count > 1 ? `${card.count} pictures` : null;
  return [card.size, card.quality, card.model, made, money(card), `#${card.number}`].filter(Boolean).join(" · ");
}

function money(card) {
  if (card.charged === null) return `held ${price(card.held)}`;
  const released = tenths(card.held) - tenths(card.charged);
  const back = released > 0 ? `, released ${plain(released)}` : "";
  return `held ${price(card.held)} → cost ${price(card.charged)}${back}`;
}
