"use strict";
/* Passerelle's behaviour. Every page works without it; each function below adds one comfort. */

const phrases = document.getElementById("phrases")?.dataset ?? {};
const language = document.documentElement.lang || "fr";
const fill = (text, values) => (text ?? "").replace(/\{(\w+)\}/g, (_, key) => values[key]);
const each = (root, selector, action) => root.querySelectorAll(selector).forEach(action);
const storage = (area) => { try { return window[area]; } catch { return null; } };
const isTyping = (node) => node.matches("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=button], [type=submit])");

/* Remote pickers ---------------------------------------------------------- */
function enhancePicker(select) {
  if (!window.TomSelect || select.tomselect) return;
  const createLabel = select.dataset.createLabel;
  const line = (data, escape, label) => `<div><span>${escape(label ?? data.text)}</span>${data.detail ? `<span class="detail">${escape(data.detail)}</span>` : ""}</div>`;
  let failed = false, answered = null;
  const picker = new TomSelect(select, {
    plugins: select.multiple ? { remove_button: { title: phrases.remove, label: "×" } } : {},
    valueField: "value", labelField: "text", searchField: ["text", "detail"],
    sortField: [{ field: "$order" }], score: (query) => (option) => (option.query === query.trim() ? 1 : 0),
    maxOptions: 50, preload: "focus", shouldLoad: () => true, loadThrottle: 200, closeAfterSelect: true, hideSelected: true, hidePlaceholder: true, persist: false,
    placeholder: select.dataset.placeholder ?? phrases.pickerPlaceholder, allowEmptyOption: false,
    create: createLabel ? (input) => ({ value: `new:${input}`, text: input, detail: createLabel }) : false,
    createFilter: (input) => input.trim().length > 1 && answered === input.trim(),
    onItemAdd() { this.setTextboxValue(""); this.lastQuery = null; },
    async load(query, done) {
      const url = new URL(select.dataset.picker, location.href);
      url.searchParams.set("q", query);
      try {
        const response = await fetch(url, { headers: { Accept: "application/json" } });
        if (!response.ok) throw new Error(response.statusText);
        const found = await response.json();
        if (query !== this.inputValue()) return done();
        failed = false;
        answered = query.trim();
        this.clearOptions();
        done(found.map((option) => ({ ...option, query: answered })));
      } catch { failed = true; answered = query.trim(); done(); }
    },
    render: {
      option: (data, escape) => line(data, escape),
      item: (data, escape) => `<div>${escape(data.text)}</div>`,
      option_create: (data, escape) => `<div class="create"><span>${escape(createLabel)} ${escape(fill(phrases.quoted, { text: data.input }))}</span></div>`,
      no_results: () => `<div class="no-results">${failed ? phrases.searchFailed : phrases.noResult}</div>`,
      loading: () => `<div class="loading">${phrases.loading}</div>`,
    },
  });
  for (const name of ["aria-describedby", "aria-invalid"]) {
    if (select.hasAttribute(name)) picker.control_input.setAttribute(name, select.getAttribute(name));
  }
  if (select.required) picker.control_input.setAttribute("aria-required", "true");
  select.setAttribute("aria-hidden", "true");
  select.addEventListener("focus", () => picker.focus());
  const hideCrosses = () => each(picker.control, ".remove", (cross) => cross.setAttribute("aria-hidden", "true"));
  hideCrosses();
  picker.on("item_add", hideCrosses);
  const refresh = picker.refreshOptions.bind(picker);
  picker.refreshOptions = (open) => {
    refresh(open);
    const create = picker.dropdown_content.querySelector(".create");
    if (create) picker.dropdown_content.append(create);
  };
}

/* Dates said in words ----------------------------------------------------- */
function enhanceDate(field) {
  if (field.dataset.ready) return;
  field.dataset.ready = "true";
  const [text, native, echo] = ["[data-date-text]", "[data-date-native]", "output"].map((selector) => field.querySelector(selector));
  const iso = (date) => [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
  const show = (isFinal) => {
    const date = text.value.trim() ? understandDate(text.value, field.dataset.date) : null;
    native.value = date ? iso(date) : "";
    const unknown = !date && isFinal && text.value.trim() !== "";
    const said = date ? new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long", year: "numeric" }).format(date) : "";
    const hint = field.dataset.date === "future" ? phrases.dateUnknownAhead : phrases.dateUnknown;
    const next = unknown ? hint : language === "fr" ? said.replace(" 1 ", " 1er ") : said;
    if (echo.value !== next) echo.value = next;
    echo.classList.toggle("is-unknown", unknown);
  };
  const forgive = () => {
    const error = native.value && document.getElementById(`${text.id}-error`);
    if (!error) return;
    error.remove();
    text.removeAttribute("aria-invalid");
    text.setAttribute("aria-describedby", text.getAttribute("aria-describedby").replace(error.id, "").trim());
    text.closest(".is-wrong")?.classList.remove("is-wrong");
  };
  text.addEventListener("input", () => { show(false); forgive(); });
  text.addEventListener("change", () => show(true));
  native.addEventListener("change", () => {
    text.value = native.value.split("-").reverse().join("/");
    text.dispatchEvent(new Event("input", { bubbles: true }));
    text.focus();
  });
  field.querySelector("[data-date-open]").addEventListener("click", () => { try { native.showPicker(); } catch { native.focus(); } });
  show(true);
}

/* Forms sent once --------------------------------------------------------- */
function guardDoubleSubmit() {
  const release = (form) => { delete form.dataset.sending; each(form, "[aria-disabled]", (button) => button.removeAttribute("aria-disabled")); };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("data-send-freely") || form.matches("[hx-post], [hx-put], [hx-patch], [hx-delete]")) return;
    if (form.dataset.sending) return event.preventDefault();
    form.dataset.sending = "true";
    setTimeout(() => each(form, "button:not([type=button])", (button) => button.setAttribute("aria-disabled", "true")));
    setTimeout(() => release(form), 15000);
  });
  window.addEventListener("pageshow", () => each(document, "form[data-sending]", release));
}

/* Keyboard ---------------------------------------------------------------- */
function listenToKeys() {
  const memory = storage("localStorage"), toggle = document.querySelector("[data-shortcut-switch]");
  const areOn = () => memory?.getItem("shortcuts") !== "off";
  if (toggle) toggle.checked = areOn();
  toggle?.addEventListener("change", () => memory?.setItem("shortcuts", toggle.checked ? "on" : "off"));
  const follow = (key) => {
    const target = document.querySelector(`[data-shortcut~="${CSS.escape(key)}"]`);
    if (!target) return false;
    if (!target.matches("input")) target.click();
    else if (target.checkVisibility()) target.select();
    else return false;
    return true;
  };
  /* « n » alone acts as it always did, once it is clear that no second key follows. */
  let waiting = 0;
  const begin = () => { waiting = setTimeout(() => { waiting = 0; follow("n"); }, 600); return true; };
  const goOn = (key) => {
    clearTimeout(waiting);
    waiting = 0;
    const target = document.querySelector(`[data-sequence="${CSS.escape(key)}"]`);
    target?.click();
    return Boolean(target);
  };
  const moveRow = (step) => {
    const links = [...document.querySelectorAll("[data-rows] tbody tr, .row-line")].map((row) => row.querySelector("th a, a, button")).filter(Boolean);
    const here = links.findIndex((link) => link === document.activeElement || link.closest("tr, .row-line").contains(document.activeElement));
    const next = links[here < 0 ? (step > 0 ? 0 : links.length - 1) : here + step];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
    return Boolean(next);
  };
  document.addEventListener("keydown", (event) => {
    const command = event.ctrlKey || event.metaKey;
    if (command && !event.altKey && event.key.toLowerCase() === "k") return follow("/") && event.preventDefault();
    if (command && event.key === "Enter") {
      const form = event.target.closest?.("form[method=post]");
      return form && (event.preventDefault(), form.requestSubmit(form.querySelector("button[type=submit].btn-primary")));
    }
    if (event.key === "Escape") return closeMenus(null, true);
    if (command || event.altKey || event.isComposing || !areOn() || isTyping(event.target) || document.querySelector("dialog[open]")) return;
    const help = document.getElementById("aide-clavier");
    if (waiting && goOn(event.key)) return event.preventDefault();
    if (event.key === "n" && !event.repeat && document.querySelector("[data-sequence]")) return begin() && event.preventDefault();
    const handled = event.key === "?" ? (help?.showModal(), Boolean(help)) : event.key === "j" ? moveRow(1) : event.key === "k" ? moveRow(-1) : event.key.length === 1 && follow(event.key);
    if (handled) event.preventDefault();
  });
}

/* Menus and dialogs ------------------------------------------------------- */
function closeMenus(except, returnFocus = false) {
  each(document, "details[data-menu][open]", (menu) => {
    if (except && menu.contains(except)) return;
    if (returnFocus && menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    menu.open = false;
  });
}

function listenToClicks() {
  document.addEventListener("click", (event) => {
    closeMenus(event.target);
    const opener = event.target.closest("[data-opens]");
    if (opener) { closeMenus(); document.getElementById(opener.dataset.opens)?.showModal(); }
    if (event.target.closest("[data-closes-menu]")) closeMenus();
    if (event.target.closest("[data-prints]")) { closeMenus(); window.print(); }
    if (event.target.matches("dialog")) event.target.close();
    event.target.closest("[data-dismiss]")?.closest(".note")?.remove();
  });
}

/* Messages leave by themselves, unless someone is reading them. ------------ */
function fadeMessage(note) {
  let timer;
  const leave = () => {
    if (note.matches(":hover") || note.contains(document.activeElement)) return;
    note.classList.add("is-leaving");
    setTimeout(() => note.remove(), 220);
  };
  const start = () => { clearTimeout(timer); timer = setTimeout(leave, 10000); };
  for (const name of ["pointerleave", "focusout"]) note.addEventListener(name, start);
  start();
}

/* Lists ------------------------------------------------------------------- */
function listenToLists() {
  let wait;
  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-live-search]")) return;
    clearTimeout(wait);
    wait = setTimeout(() => event.target.form.requestSubmit(), 300);
  });
  document.addEventListener("change", (event) => {
    const control = event.target;
    if (control.matches("[data-auto-submit]")) {
      control.closest(".filter")?.classList.toggle("is-set", control.value !== "");
      control.form.requestSubmit();
    }
    const mark = control.name && control.form?.querySelector(`[data-count-of="${CSS.escape(control.name)}"]`);
    if (mark) mark.textContent = control.form.querySelectorAll(`[name="${CSS.escape(control.name)}"]:checked`).length || "–";
    const rows = [...document.querySelectorAll("[data-select-row]")], all = document.querySelector("[data-select-all]");
    if (control === all) for (const row of rows) row.checked = all.checked;
    if (control === all || control.matches("[data-select-row]")) {
      const count = rows.filter((row) => row.checked).length;
      if (all) { all.checked = count === rows.length; all.indeterminate = count > 0 && count < rows.length; }
      const state = document.querySelector("[data-selected-count]");
      if (state) state.value = count === 1 ? phrases.selectedOne : fill(phrases.selectedMany, { count });
    }
  });
}

/* The board: a card is dragged, or sent by Shift and an arrow; its own form does the move. ------ */
function enhanceBoard(board) {
  if (board.dataset.ready) return;
  board.dataset.ready = "true";
  const stages = [...board.querySelectorAll("[data-board-stage]")];
  const move = (card, column) => {
    if (!card || !column || card.closest("[data-board-stage]") === column) return;
    const form = card.querySelector("form");
    form.elements.etape.value = column.dataset.boardStage;
    form.requestSubmit();
  };
  let dragged = null;
  const mark = (column) => { for (const each of stages) each.classList.toggle("is-target", each === column); };
  each(board, "[data-board-card]", (card) => { card.draggable = true; });
  board.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("[data-board-card]");
    dragged?.classList.add("is-dragged");
    event.dataTransfer.effectAllowed = "move";
  });
  board.addEventListener("dragend", () => { dragged?.classList.remove("is-dragged"); dragged = null; mark(null); });
  board.addEventListener("dragover", (event) => {
    const column = dragged && event.target.closest("[data-board-stage]");
    if (column) { event.preventDefault(); mark(column); }
  });
  board.addEventListener("drop", (event) => { event.preventDefault(); move(dragged, event.target.closest("[data-board-stage]")); });
  board.addEventListener("keydown", (event) => {
    const step = event.shiftKey && !event.ctrlKey && !event.altKey ? { ArrowRight: 1, ArrowLeft: -1 }[event.key] : 0;
    const card = event.target.closest("[data-board-card]");
    if (!step || !card || isTyping(event.target)) return;
    event.preventDefault();
    move(card, stages[stages.indexOf(card.closest("[data-board-stage]")) + step]);
  });
}

/* A move loads the board again: whoever moved a card is back on it, or on the board where it is no longer shown. */
function returnToCard() {
  const board = location.hash.startsWith("#carte-") && document.querySelector("[data-board]");
  if (board) (document.getElementById(location.hash.slice(1)) ?? board.parentElement).focus();
}

function dropEmptyParameters() {
  document.addEventListener("htmx:config:request", ({ detail: { ctx: { sourceElement, request } } }) => {
    if (!sourceElement.matches("[data-list-tools]")) return;
    for (const [name, value] of [...request.body]) if (value === "") request.body.delete(name);
  });
}

/* Start ------------------------------------------------------------------- */
function enhance(root) {
  each(root, "[data-picker]", enhancePicker);
  each(root, "[data-date]", enhanceDate);
  each(root, "form[data-draft-url]", keepDraft);
  each(root, "[data-fades]", fadeMessage);
  each(root, "[data-board]", enhanceBoard);
}

guardDoubleSubmit();
listenToKeys();
listenToClicks();
listenToLists();
dropEmptyParameters();
enhance(document);
forgetSubmittedDraft();
sendKeptDrafts();
window.addEventListener("online", sendKeptDrafts);
document.querySelector("[data-focus-first]")?.focus();
returnToCard();
document.addEventListener("htmx:after:swap", () => {
  enhance(document);
  const count = document.querySelector("[data-results-count]"), voice = document.getElementById("annonce");
  if (count && voice) voice.value = count.textContent;
});
