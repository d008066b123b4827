// The row of choices under the box. It shows what the line says, and what is chosen is written into the line.

import { byId, h } from "./dom.js";
import { price } from "./format.js";
import { optionsOf, takesOptions, withOption } from "./line.js";

const IS_OPEN = "easel.options";
const SHAPES = { square: 1, landscape: 3 / 2, portrait: 2 / 3, wide: 16 / 9, tall: 9 / 16 };
const DETAILS = ["1k", "2k", "4k"];
const COUNTS = Array.from({ length: 10 }, (_, index) => String(index + 1));
const NAMED = new RegExp(`^(${Object.keys(SHAPES).join("|")})?(?:(?:^|[- ])([124]k))?$`);
const SAME = { value: "", label: "same" };

export class Options {
  // `onchoice` is called with a function that changes the line.
  constructor({ onchoice }) {
    this.models = [];
    this.text = "";
    this.target = null;
    this.onchoice = onchoice;
    const write = (name, value) => onchoice((text) => withOption(text, name, value));
    this.shape = new Choice("Shape", (value) => write("size", value && this.sized(value, this.detail.value)));
    this.detail = new Choice("Detail", (value) => write("size", value && this.sized(this.shape.value || nearest(this.target), value)));
    this.quality = new Choice("Quality", (value) => write("quality", value === this.model.default_quality ? "" : value), { isBroad: true });
    this.count = new Choice("Pictures", (value) => write("count", value === "1" ? "" : value));
    this.which = new Choice("Model", (value) => write("model", value === this.usual?.name ? "" : value), { isBroad: true });
    this.background = new Choice("Background", (value) => write("background", value === "auto" ? "" : value));
    this.private = h("input", { type: "checkbox", onchange: () => write("private", this.secrecy()) });
    this.row = byId("options");
    this.row.append(...[this.shape, this.detail, this.count, this.quality, this.background, this.which].map(({ element }) => element),
      h("label", { class: "tick" }, this.private, "Private"));
    this.toggle = byId("options-toggle");
    this.toggle.addEventListener("click", () => this.open(this.row.hidden));
    this.open(sessionStorage.getItem(IS_OPEN) === "yes");
  }

  open(isOpen) {
    this.row.hidden = !isOpen;
    this.toggle.setAttribute("aria-expanded", String(isOpen));
    sessionStorage.setItem(IS_OPEN, isOpen ? "yes" : "no");
  }

  offer(models) {
    this.models = models;
    this.show(this.text, this.target);
  }

  get usual() {
    return this.models.find((model) => model.is_default) ?? this.models[0];
  }

  // Shows what a line says, under the picture `target` or for a new one.
  show(text, target) {
    Object.assign(this, { text, target });
    const said = Object.fromEntries(optionsOf(text).reverse().map(({ name, value }) => [name, value]));
    this.model = this.models.find((model) => model.name === said.model) ?? this.usual ?? { qualities: [], backgrounds: [] };
    this.row.disabled = !takesOptions(text);
    this.showSize(said.size);
    this.quality.show(this.model.qualities.map(quality), said.quality || this.model.default_quality || "");
    this.count.show(COUNTS.map(same), said.count || "1");
    this.which.element.hidden = this.models.length < 2;
    this.which.show(this.models.map(({ name, title }) => ({ value: name, label: title })), said.model || this.usual?.name || "");
    this.background.show(this.model.backgrounds.map(same), said.background || "auto");
    this.private.checked = said.private ? said.private === "yes" : Boolean(target?.isPrivate);
    this.toggle.classList.toggle("chosen", Object.keys(said).length > 0);
  }

  showSize(said) {
    const named = NAMED.exec(said ?? "");
    const isOther = Boolean(said) && !named;
    const isKept = !said && this.target;
    const kept = this.target ? [SAME] : [];
    this.shape.show([...kept, ...Object.keys(SHAPES).map(same)], isOther ? said : isKept ? "" : named?.[1] ?? "square");
    this.detail.show(isOther ? [{ value: "", label: "as typed" }] : [...kept, ...DETAILS.map(same)], isOther || isKept ? "" : named?.[2] ?? "1k");
    this.detail.select.disabled = isOther;
  }

  // Says a size as the line does; what is drawn anyway is not said.
  sized(shape, detail) {
    if (detail && detail !== "1k") return `${shape}-${detail}`;
    return shape === "square" && !this.target ? "" : shape;
  }

  secrecy() {
    const isChosen = this.private.checked;
    return isChosen === Boolean(this.target?.isPrivate) ? "" : isChosen ? "yes" : "no";
  }
}

// One list to choose from; a value that is not in it was typed, and is shown as typed.
class Choice {
  constructor(label, onchange, { isBroad = false } = {}) {
    const id = `choice-${label.toLowerCase()}`;
    this.select = h("select", { id, onchange: () => onchange(this.value) });
    this.element = h("div", { class: isBroad ? "pick broad" : "pick" }, h("label", { for: id }, label), this.select);
  }

  get value() {
    return this.select.value;
  }

  show(choices, value) {
    const all = choices.some((choice) => choice.value === value) ? choices : [...choices, same(value)];
    const shown = JSON.stringify(all);
    if (shown !== this.shown) this.select.replaceChildren(...all.map((choice) => h("option", { value: choice.value }, choice.label)));
    this.shown = shown;
    this.select.value = value;
  }
}

const same = (value) => ({ value, label: value });

const quality = ({ name, price: square }) => ({ value: name, label: `${name} · ${name === "auto" ? "up to" : "about"} ${price(square)}` });

function nearest(target) {
  const ratio = Math.log((target?.width ?? 1) / (target?.height ?? 1));
  const distance = (shape) => Math.abs(Math.log(SHAPES[shape]) - ratio);
  return Object.keys(SHAPES).reduce((best, shape) => (distance(shape) < distance(best) ? shape : best));
}
