// The price on the button that sends.

import * as api from "./api.js";
import { byId, speak } from "./dom.js";
import { price } from "./format.js";

const PAUSE_MILLISECONDS = 250;

export class LivePrice {
  constructor() {
    this.button = byId("send");
    this.label = byId("price");
    this.asked = "";
    this.isSpoken = false;
  }

  // Asks what a line would cost, after a pause in the typing; only the newest answer counts.
  ask(line) {
    const asked = JSON.stringify(line);
    if (asked === this.asked) return;
    this.asked = asked;
    clearTimeout(this.pause);
    this.button.classList.add("unsure");
    if (!line.text) this.show(null);
    else this.pause = setTimeout(() => this.answer(line, asked), PAUSE_MILLISECONDS);
  }

  async answer(line, asked) {
    const found = await api.price(line);
    if (asked === this.asked) this.show(found);
  }

  show(millicredits) {
    const words = millicredits === null ? "" : price(millicredits);
    this.button.classList.remove("unsure");
    this.button.classList.toggle("priced", Boolean(words));
    this.button.setAttribute("aria-label", words ? `Draw · ${words} credits` : "Send");
    this.label.textContent = words && `Draw · ${words}`;
    if (words && this.isSpoken) speak(`${words} credits`);
    this.isSpoken = false;
  }
}
