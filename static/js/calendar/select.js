// static/js/calendar/select.js: several cards at once. Ctrl, Shift or Space choose; one form changes them all, one undo takes it back.
import { send, toast } from "../frame.js";
import { fill } from "./moves.js";

export function mountSelect(desk, mover) {
  const form = document.getElementById("bulk");
  if (!form) return null;
  const chosen = new Set(); // ids of items
  const clear = form.querySelector("[data-clear]");
  const count = form.querySelector("[data-chosen]");
  const resting = count.textContent;
  let anchor = null;

  const boxOf = (id) => desk.querySelector(`[form="bulk"][value^="${id}:"]`);

  function set(id, on) {
    if (on) chosen.add(id); else chosen.delete(id);
    const box = boxOf(id);
    if (box) box.checked = on;
  }

  /** The page shows what is chosen; cards that were drawn anew too. */
  function show() {
    for (const card of desk.querySelectorAll(".card")) {
      const on = chosen.has(card.dataset.item);
      if (card.classList.contains("is-chosen") !== on) card.classList.toggle("is-chosen", on);
    }
    form.hidden = desk.dataset.view !== "list" && chosen.size === 0;
    clear.hidden = chosen.size === 0;
    const says = chosen.size ? fill(mover.words.chosen, { count: chosen.size }) : resting;
    if (count.textContent !== says) count.textContent = says; // a change of the page calls this again
  }

  function toggle(card, upTo = false) {
    const id = card.dataset.item;
    const cards = [...desk.querySelectorAll(".card")];
    const [from, to] = [cards.findIndex((one) => one.dataset.item === anchor), cards.indexOf(card)];
    if (upTo && from >= 0) for (const one of cards.slice(Math.min(from, to), Math.max(from, to) + 1)) set(one.dataset.item, true);
    else set(id, !chosen.has(id));
    anchor = id;
    show();
    mover.say(fill(mover.words.chosen, { count: chosen.size }));
  }

  function none() {
    for (const id of [...chosen]) set(id, false);
    show();
  }

  desk.addEventListener("click", (event) => {
    const card = event.target.closest(".card");
    if (!card || !(event.ctrlKey || event.metaKey || event.shiftKey)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    getSelection().removeAllRanges(); // Shift and a click select text, too
    toggle(card, event.shiftKey);
  }, { capture: true });

  desk.addEventListener("keydown", (event) => {
    const card = event.target.closest(".card");
    if (event.key === " " && card && !event.target.closest(".pop")) {
      event.preventDefault();
      toggle(card, event.shiftKey);
    } else if (event.key === "Escape" && chosen.size && !document.querySelector(".quick-pop, dialog[open]")) {
      event.stopImmediatePropagation();
      none();
    }
  }, { capture: true });

  desk.addEventListener("change", (event) => {
    if (event.target.getAttribute("form") !== "bulk") return;
    set(event.target.value.split(":")[0], event.target.checked);
    show();
  });

  clear.addEventListener("click", none);
  new MutationObserver(show).observe(desk, { childList: true, subtree: true });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    change([...new FormData(form)].filter(([name]) => name !== "item"));
  });

  /** Send what is chosen with `fields`; the days are asked for again, and what was refused is told. */
  async function change(fields) {
    const items = [...chosen].map((id) => ["item", `${id}:${mover.cardsOf(id)[0]?.dataset.version ?? boxOf(id)?.value.split(":")[1] ?? 0}`]);
    let answer;
    try {
      answer = await send(form.action, [...fields, ...items]);
    } catch {
      answer = { ok: false, body: { says: mover.words.failed } };
    }
    const { body } = answer;
    if (body.confirm) { // jobs move along: show each, and send the same once more
      const agreed = await mover.agree(body);
      return agreed ? change([...fields, ...Object.entries(agreed)]) : undefined;
    }
    if (body.all) { none(); await mover.reload(); mover.settleFocus(); }
    mover.undoToken = body.undo ?? mover.undoToken;
    if (answer.ok) toast(body.says, body.undo ? { label: mover.words.undo, key: "Z", run: () => mover.undo() } : undefined);
    if (body.refused?.length || !answer.ok) await mover.tellAll(body);
  }

  for (const box of form.ownerDocument.querySelectorAll('[form="bulk"]:checked')) set(box.value.split(":")[0], true); // kept by the browser
  show();
  return {
    has: (id) => chosen.size > 1 && chosen.has(id),
    shift: (days) => change([["what", "shift"], ["days", String(days)]]),
  };
}
