// static/js/content/item.js: the item's forms. They work without it; it guards what was typed and keeps the map handy.

const form = document.querySelector("[data-guard]");
if (form) guard(form);
for (const box of document.querySelectorAll("[data-map]")) mountMap(box);

for (const box of document.querySelectorAll("details[data-preview]")) {
  box.addEventListener("toggle", () => { if (box.open) box.querySelector("button").click(); }); // always what is typed
}

showStep();
addEventListener("hashchange", showStep);

const text = document.querySelector("#f-body");
text?.addEventListener("input", () => text.classList.toggle("is-unbroken", /\S{1000}/.test(text.value)));

/** A link of the calendar's quick edit names a step: its form opens, and its first field or button is ready. */
function showStep() {
  const step = location.hash.startsWith("#step-") && document.getElementById(location.hash.slice(1));
  if (!step) return;
  if (step.matches("details")) step.open = true;
  const ready = step.querySelector("input:not([type=hidden]), textarea") ?? step;
  ready.focus({ preventScroll: true });
  step.scrollIntoView({ block: "center" });
}

/** Nothing typed is lost by a link or another form of the page; Ctrl+S saves. */
function guard(main) {
  const fields = () => JSON.stringify([...new FormData(main)].filter(([name]) => name !== "csrf_token"));
  const before = fields();
  const sign = document.querySelector("[data-dirty]");
  let leaving = false;
  const dirty = () => fields() !== before;
  document.addEventListener("input", () => { if (sign) sign.hidden = !dirty(); });
  document.addEventListener("submit", (event) => {
    if (event.submitter?.formTarget || event.submitter?.hasAttribute("formtarget")) return; // the preview leaves nothing
    if (event.target === main) leaving = true;
  });
  addEventListener("beforeunload", (event) => { if (!leaving && dirty()) event.preventDefault(); });
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    main.requestSubmit(document.querySelector("[data-save]"));
  });
}

/** Steps 8 and 9 on request; the list of "above all" follows what is ticked. */
function mountMap(box) {
  const nine = box.querySelector("[data-nine]");
  const select = box.querySelector("select");
  const boxes = [...box.querySelectorAll("input[name=cells]")];
  const after = box.querySelectorAll(".is-after");
  const show = () => { for (const cell of after) cell.hidden = !nine.checked; };
  nine.checked = [...after].some((cell) => cell.querySelector("input:checked"));
  nine.addEventListener("change", show);
  show();
  if (!select) return;
  const count = document.querySelector("[data-cells-count]");
  const list = () => {
    const chosen = select.value;
    const ticked = boxes.filter((one) => one.checked);
    select.replaceChildren(new Option(select.dataset.empty, ""), ...ticked.map((one) => new Option(one.ariaLabel, one.value)));
    select.value = ticked.some((one) => one.value === chosen) ? chosen : "";
    for (const one of boxes) one.toggleAttribute("data-primary", one.value === select.value);
    if (count) count.textContent = count.textContent.replace(/\d+/, ticked.length);
  };
  for (const one of boxes) one.addEventListener("change", list);
  select.addEventListener("change", list);
}
