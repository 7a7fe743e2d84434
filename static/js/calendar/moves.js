// static/js/calendar/moves.js: what changes an item. Every gesture ends here; the server decides and draws the days anew.
import { send, toast } from "../frame.js";

/** "Tue {day}" and {day: "15 Dec"} give "Tue 15 Dec": sentences come translated from the page. */
export function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** 855 minutes after midnight are "14:15". */
export const clock = (minutes) => `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;

/** A part of a page as HTML, or null where the desk does not give it. */
export async function part(url) {
  const answer = await fetch(url, { credentials: "same-origin" }).catch(() => null);
  return answer?.ok ? answer.text() : null;
}

/** What is out keeps its day. */
export const movable = (card) => card.dataset.fix !== "live";

export class Mover {
  constructor(desk) {
    this.desk = desk;
    this.words = document.getElementById("words")?.dataset ?? {};
    this.said = document.getElementById("said");
    this.undoToken = null;
    this.several = null; // what is chosen, see select.js
    this.busy = new Set(); // one change of an item at a time: the next needs the version that this one makes
  }

  /** The grid is one tab stop: its cards are reached by arrows. */
  settleFocus() {
    for (const card of this.desk.querySelectorAll('[role="grid"] .card')) card.tabIndex = -1;
  }

  /** Say something to whoever listens, without showing it. */
  say(text) {
    this.said.textContent = "";
    requestAnimationFrame(() => { this.said.textContent = text; });
  }

  /**
   * Move the item of a card to `day` ("2026-12-16", "" for the drawer), and to the hour `at` ("14:15") where one is meant.
   * Asks first where a publish time is set; what has none changes its day only.
   */
  async move(card, day, dayName, at = null) {
    if (!movable(card)) { this.say(this.words.stays); return false; }
    const id = card.dataset.item;
    const from = card.closest("[data-day]")?.dataset.day ?? null;
    if (day && from && from !== day && this.several?.has(id)) { // a chosen card takes the others along
      await this.several.shift((Date.parse(day) - Date.parse(from)) / 86_400_000);
      return true;
    }
    const timed = Boolean(card.dataset.slot && day);
    if (this.busy.has(id) || (from === day && !(timed && at && at !== card.dataset.at))) return false;
    const fields = { day, version: card.dataset.version, publish_time: "stays" };
    if (timed) {
      const text = at ? this.words.slotAtText : this.words.slotText;
      const answer = await this.ask({
        title: fill(this.words.slotTitle, { slot: card.dataset.slot }),
        text: fill(text, { day: dayName, city: this.desk.dataset.city }),
        yes: at ? this.words.slotAtYes : this.words.slotYes,
        no: from === day ? "" : this.words.slotNo,
        leave: true,
        at,
      });
      if (!answer) return false;
      if (answer === "yes") fields.publish_time = "moves";
      if (answer === "yes" && at) fields.at = document.getElementById("ask-at").value || at;
    }
    return this.post(card, `/items/${id}/day`, fields);
  }

  /** Take the last move back. */
  async undo() {
    const token = this.undoToken;
    if (!token) return;
    this.undoToken = null;
    await this.post(null, "/undos", { token });
  }

  /** Send a change; true where it was made. `refused(body)` may show a refusal in its own place. */
  async post(card, url, fields, refused) {
    const id = card?.dataset.item;
    if (id) { this.busy.add(id); for (const same of this.cardsOf(id)) same.setAttribute("aria-busy", "true"); }
    let answer;
    try {
      answer = await send(url, { ...fields, month: this.desk.dataset.month ?? "", filter: location.search });
    } catch {
      answer = { ok: false, status: 0, body: { says: this.words.failed } };
    } finally {
      if (id) { this.busy.delete(id); for (const same of this.cardsOf(id)) same.removeAttribute("aria-busy"); }
    }
    const { body } = answer;
    if (body.all) { await this.reload(); this.settleFocus(); }
    await this.redraw(body, id);
    if (body.version) for (const same of this.cardsOf(body.item)) same.dataset.version = body.version; // in other lists too
    if (answer.ok) {
      this.undoToken = body.undo ?? null;
      toast(body.says, body.undo ? { label: this.words.undo, key: "Z", run: () => this.undo() } : undefined);
      if (body.refused?.length) await this.tellAll(body);
      return true;
    }
    if (body.confirm && card) return this.confirm(body, card, url, fields, refused);
    if (body.stale && card) return this.settle(body, id, url, fields, refused);
    if (refused) refused(body);
    else await this.tell(body.says || this.words.failed);
    return false;
  }

  /** More than one thing would move: show each job, from when to when, and send the same change once more. */
  async confirm(body, card, url, fields, refused) {
    const agreed = await this.agree(body);
    return agreed ? this.post(card, url, { ...fields, ...agreed }, refused) : false;
  }

  /** Show the jobs that would move; what the change says then, or null where it shall not happen. */
  async agree(body) {
    const { cascadeYes, pastOut, pastNow } = this.words;
    const answer = await this.ask({ title: body.says, text: "", html: body.confirm, yes: body.past ? pastOut : cascadeYes, no: body.past ? pastNow : "", leave: true });
    if (!answer) return null;
    return { confirmed: "1", ...(body.past ? { past: answer === "yes" ? "leave_out" : "now" } : {}) };
  }

  /** Somebody was faster: show both versions, offer mine. */
  async settle(body, id, url, fields, refused) {
    const mine = await this.ask({ title: this.words.staleTitle, text: body.says, yes: this.words.staleYes, no: this.words.staleNo, differences: body.differences });
    if (mine !== "yes") return mine === "no" && Boolean(refused);
    const card = this.cardsOf(id)[0] ?? Object.assign(document.createElement("a"), { className: "card" });
    card.dataset.item = id;
    return this.post(card, url, { ...fields, version: body.version }, refused);
  }

  cardsOf(id) {
    return this.desk.querySelectorAll(`.card[data-item="${id}"]`);
  }

  /** Put the days and the drawer as the server drew them; the keyboard stays with the item. */
  async redraw(body, id) {
    if (!body.item) return;
    const active = document.activeElement;
    const held = active?.closest?.(".card")?.dataset.item ?? (active === document.body || active?.closest?.("[role=gridcell]") ? id : null);
    if (this.desk.dataset.month) this.redrawCells(body);
    else await this.reload();
    if (body.drawer) {
      const box = document.createElement("template");
      box.innerHTML = body.drawer;
      const list = box.content.querySelector("[data-count]");
      this.desk.querySelector(".drawer-list").replaceChildren(list);
      const badge = this.desk.querySelector("[data-drawer] .badge");
      if (badge) badge.textContent = list.dataset.count === "0" ? "" : list.dataset.count;
    }
    this.settleFocus();
    if (held) (this.desk.querySelector(`.days .card[data-item="${held}"]`) ?? this.desk.querySelector(`.days [data-day="${body.day}"]`))?.focus();
  }

  redrawCells(body) {
    for (const [day, html] of Object.entries(body.cells ?? {})) {
      const old = this.desk.querySelector(`.month [data-day="${day}"]`);
      if (!old) continue;
      const box = document.createElement("template");
      box.innerHTML = html;
      const cell = box.content.querySelector(".day");
      cell.tabIndex = old.tabIndex;
      const note = old.querySelector(".day-note");
      const number = old.querySelector(".day-n");
      if (note) cell.querySelector(".day-head .day-n").after(note);
      if (number) cell.querySelector(".day-n").replaceWith(number);
      old.replaceWith(cell);
    }
    // where somebody else took it away from, nobody drew the cell anew
    for (const card of this.desk.querySelectorAll(`.month .card[data-item="${body.item}"]`)) {
      if (card.closest("[data-day]").dataset.day !== body.day) card.closest("li").remove();
    }
  }

  /** A view without cells of its own is asked for again. */
  async reload() {
    const html = await part(location.href);
    const page = html && new DOMParser().parseFromString(html, "text/html");
    for (const part of [".days", ".drawer-list"]) {
      const [old, fresh] = [this.desk.querySelector(part), page?.querySelector(part)];
      if (old && fresh) old.replaceWith(fresh);
    }
  }

  /** A question with two answers, and "leave it" where asked: "yes", "no" or "". */
  ask({ title, text, yes, no, leave = false, differences = [], at = null, html = "" }) {
    const dialog = document.getElementById("ask");
    dialog.querySelector("h2").textContent = title;
    dialog.querySelector("[data-text]").textContent = text;
    compare(dialog.querySelector("table"), differences);
    const part = dialog.querySelector("[data-part]");
    part.hidden = !html;
    part.innerHTML = html; // drawn by the server
    const time = dialog.querySelector("#ask-at");
    time.closest(".field").hidden = !at;
    time.value = at ?? "";
    const [first, second, third] = dialog.querySelectorAll("[data-answer]");
    first.textContent = yes;
    second.textContent = no;
    first.hidden = !yes;
    second.hidden = !no;
    third.hidden = !leave;
    return new Promise((resolve) => {
      const done = (event) => {
        const button = event.target.closest("[data-answer]");
        if (event.type === "click" && !button) return;
        dialog.removeEventListener("click", done);
        dialog.removeEventListener("close", done);
        if (dialog.open) dialog.close();
        resolve(button?.dataset.answer ?? "");
      };
      dialog.addEventListener("click", done);
      dialog.addEventListener("close", done);
      dialog.showModal();
    });
  }

  /** What could not be done of several, item by item. */
  tellAll(body) {
    const text = (body.refused ?? []).map(({ title, says }) => `${title}\n${says}`).join("\n\n");
    return this.ask({ title: body.says || this.words.failed, text, yes: "", no: this.words.close });
  }

  /** An error stays until it is read: never a toast. */
  tell(says) {
    return this.ask({ title: says, text: "", yes: "", no: this.words.close });
  }
}

/** Both versions, field by field. */
function compare(table, differences) {
  table.hidden = differences.length === 0;
  table.tBodies[0].replaceChildren(...differences.map(({ label, theirs, yours }) => {
    const row = document.createElement("tr");
    const head = document.createElement("th");
    head.scope = "row";
    head.textContent = label;
    row.append(head);
    for (const text of [theirs, yours]) row.insertCell().textContent = text;
    return row;
  }));
}
