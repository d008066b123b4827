// The pill with one's credits, and the small statement behind it.

import * as api from "./api.js";
import { byId, h, notice } from "./dom.js";
import { available, day, exact, moment, price, signed } from "./format.js";

export class Credits {
  constructor({ onreceipt }) {
    this.onreceipt = onreceipt;
    this.page = 1;
    this.pill = byId("credits");
    this.panel = byId("statement");
    this.pill.addEventListener("click", () => (this.panel.hidden ? this.open(1) : this.close()));
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !this.panel.hidden) {
        this.close();
        this.pill.focus();
      }
    });
    document.addEventListener("click", (event) => {
      const way = event.composedPath();
      if (!way.includes(this.panel) && !way.includes(this.pill)) this.close();
    });
  }

  show(balance) {
    const held = balance.held ? h("span", { class: "held" }, ` · ${price(balance.held)} held`) : null;
    this.pill.hidden = false;
    this.pill.replaceChildren(`${available(balance.available)} credits`, ...(held ? [held] : []));
    if (!this.panel.hidden) this.open();
  }

  async open(wanted = this.page) {
    try {
      const { balance, lines, page, has_older: hasOlder } = await api.credits(wanted);
      this.page = page;
      this.panel.replaceChildren(...sums(balance), ...statement(lines, (number) => this.receipt(number)), ...this.pages(hasOlder));
      this.panel.hidden = false;
      this.pill.setAttribute("aria-expanded", "true");
    } catch (problem) {
      notice(problem.message, { isProblem: true });
    }
  }

  // Turns the pages of the statement, the newest first.
  pages(hasOlder) {
    const turn = (label, to) => h("button", { type: "button", class: "button", onclick: () => this.open(to) }, label);
    const beside = [this.page > 1 && turn("Newer", this.page - 1), hasOlder && turn("Older", this.page + 1)].filter(Boolean);
    return beside.length ? [h("div", { class: "buttons" }, beside)] : [];
  }

  // Says in the conversation why a job was charged.
  receipt(number) {
    this.close();
    this.onreceipt(number);
  }

  close() {
    this.panel.hidden = true;
    this.pill.setAttribute("aria-expanded", "false");
  }
}

const sum = (label, value) => h("div", {}, h("dt", {}, label), h("dd", {}, value));

function sums({ available: left, held, spent, allowance }) {
  const parts = [sum("Available", exact(left)), sum("Held for open pictures", exact(held)), sum("Spent", exact(spent))];
  if (allowance.resets) {
    parts.push(sum("Allowance", `${exact(allowance.left)} of ${exact(allowance.limit)}`), sum("Renewed", day(allowance.resets)));
  }
  return [h("dl", { class: "sums" }, parts)];
}

function statement(lines, onreceipt) {
  if (!lines.length) return [h("h2", {}, "Statement"), h("p", { class: "small" }, "Nothing yet. Your first picture will be here.")];
  const entries = lines.map((line) => h("div", {},
    h("dt", { title: line.text }, about(line, onreceipt), h("small", {}, [moment(line.at), line.source && `from ${line.source}`].filter(Boolean).join(" · "))),
    h("dd", {}, signed(line.amount))));
  return [h("h2", {}, "Statement"), h("dl", { class: "entries" }, entries)];
}

// The words of a line; those of a job lead to its receipt.
function about({ text, job }, onreceipt) {
  if (job === null) return text;
  return h("button", { type: "button", "aria-label": `Receipt of ${text}`, onclick: () => onreceipt(job) }, text);
}
