// The pill with one's credits, and the small statement behind it.

import * as api from "./api.js";
import { byId, h, notice } from "./dom.js";
import { available, day, exact, moment, price, signed } from "./format.js";

export class Credits {
  constructor() {
    this.pill = byId("credits");
    this.panel = byId("statement");
    this.pill.addEventListener("click", () => (this.panel.hidden ? this.open() : this.close()));
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !this.panel.hidden) {
        this.close();
        this.pill.focus();
      }
    });
    document.addEventListener("click", (event) => {
      if (!this.panel.contains(event.target) && !this.pill.contains(event.target)) this.close();
    });
  }

  show(balance) {
    const held = balance.held ? h("span", { class: "held" }, ` · ${price(balance.held)} held`) : null;
    this.pill.hidden = false;
    this.pill.replaceChildren(`${available(balance.available)} credits`, ...(held ? [held] : []));
    if (!this.panel.hidden) this.open();
  }

  async open() {
    try {
      const { balance, lines } = await api.credits();
      this.panel.replaceChildren(...sums(balance), ...statement(lines));
      this.panel.hidden = false;
      this.pill.setAttribute("aria-expanded", "true");
    } catch (problem) {
      notice(problem.message, { isProblem: true });
    }
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

function statement(lines) {
  if (!lines.length) return [h("h2", {}, "Statement"), h("p", { class: "small" }, "Nothing yet. Your first picture will be here.")];
  const entries = lines.map((line) => h("div", {},
    h("dt", { title: line.text }, line.text, h("small", {}, [moment(line.at), line.source && `from ${line.source}`].filter(Boolean).join(" · "))),
    h("dd", {}, signed(line.amount))));
  return [h("h2", {}, "Statement"), h("dl", { class: "entries" }, entries)];
}
