// What happens when a button is pressed.

import * as api from "./api.js";
import { newEvent, notice } from "./dom.js";
import { ask, originalUrl, view } from "./dialogs.js";

const ABOUT_ONE_PICTURE = new Set(["edit", "vary", "original", "delete", "finish"]);

export class Actions {
  constructor(page) {
    this.page = page;
  }

  view(pictures, index, message) {
    view(pictures, index, { onchange: (chosen) => this.change(message, pictures[chosen]) });
  }

  change(message, picture) {
    const label = message.number ? `picture ${picture.position} of #${message.number}` : "this picture";
    const { id, width, height } = picture;
    this.page.composer.reply({ picture: id, label, root: message.root, width, height, isPrivate: Boolean(message.card && message.private) });
  }

  async press(message, button, element) {
    const picture = ABOUT_ONE_PICTURE.has(button.act) ? await this.which(message, button) : button.picture;
    if (picture === undefined) return;
    const shown = message.pictures.find((other) => other.id === picture);
    if (button.act === "edit" && shown) this.edit(message, shown, button);
    else if (button.act === "original" && picture) location.assign(originalUrl(picture));
    else if (button.act === "change_words") await this.changeWords(message, button);
    else if (button.act === "delete") await this.remove(message, { ...button, picture }, element);
    else await this.send(message, { ...button, picture }, element);
  }

  // Changes a picture; a button that names one picture brings the words that were typed before.
  edit(message, shown, { picture, words }) {
    this.change(message, shown);
    if (picture && words) this.page.composer.fill(words);
  }

  // Sends a line as if it had been typed.
  async say(text) {
    await this.guarded(async () => this.page.take(await api.say({ event: newEvent(), text })));
  }

  open(message, number, element) {
    return this.send(message, { act: "open", words: String(number) }, element);
  }

  // Puts a line back into the box, with the picture that it was about and what was attached to it.
  async changeWords(message, { words, picture }) {
    const { composer } = this.page;
    const asked = this.asked(message);
    composer.reply(picture ? { picture, label: "that picture", root: message.root } : null);
    composer.fill(words ?? asked?.text ?? "");
    const files = Promise.all((asked?.attachments ?? []).map(uploadAgain));
    await this.guarded(async () => composer.attachAgain(await files));
  }

  async remove(message, button, element) {
    const isSure = button.words === "sure" || (await this.isSure());
    if (isSure) await this.send(message, { ...button, words: "sure" }, element);
  }

  async send(message, { act, job, picture, words }, element) {
    element.disabled = true;
    await this.guarded(async () => {
      this.page.take(await api.press({ event: newEvent(), act, job, picture, words, message: message.id }));
    });
    element.disabled = false;
  }

  async guarded(call) {
    try {
      await call();
    } catch (problem) {
      notice(problem.message, { isProblem: true });
    }
  }

  // Asks which picture is meant when a message has several; undefined when nobody chose.
  async which(message, button) {
    if (button.picture || message.pictures.length < 2) return button.picture ?? message.pictures[0]?.id ?? null;
    const answers = message.pictures
      .map((picture) => ({ label: `Picture ${picture.position}`, value: picture.id, picture }))
      .filter(({ picture }) => button.act !== "original" || picture.has_original);
    return (await ask(`${button.label.replace("…", "")}: which picture?`, "Choose the one that you mean.", answers)) ?? undefined;
  }

  isSure() {
    return ask("Delete this picture?", "The picture is removed for good. Edits made from it and your statement stay.", [
      { label: "Keep it", value: false },
      { label: "Delete", value: true, isDanger: true },
    ]);
  }

  // The line of the person that a message answers.
  asked(message) {
    const asked = this.page.threads.find(message.answers);
    return asked?.author === "person" ? asked : null;
  }
}

async function uploadAgain({ picture, name }) {
  return new File([await api.bytes(picture)], name);
}
