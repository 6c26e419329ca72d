"use strict";
/* The tools of a text in Markdown: marks by button or by key, « @ » and « # » completed as one types. */

const MARKS = {
  bold: (text) => wrapped(text, "**"),
  italic: (text) => wrapped(text, "*"),
  heading: (text) => lines(text, "## "),
  list: (text) => lines(text, "- "),
  quote: (text) => lines(text, "> "),
  link: (text) => (/^https?:\/\/\S+$/.test(text) ? { text: `[](${text})`, from: 1, to: 1 } : { text: `[${text}](https://)`, from: text.length + 3, to: text.length + 11 }),
};
function wrapped(text, mark) {
  const isMarked = text.length >= 2 * mark.length && text.startsWith(mark) && text.endsWith(mark);
  const inner = isMarked ? text.slice(mark.length, -mark.length) : text, edge = isMarked ? 0 : mark.length;
  return { text: isMarked ? inner : mark + inner + mark, from: edge, to: edge + inner.length };
}
function lines(text, mark) {
  const rows = text.split("\n"), isMarked = rows.every((row) => row.startsWith(mark));
  const changed = rows.map((row) => (isMarked ? row.slice(mark.length) : mark + row)).join("\n");
  return { text: changed, from: rows.length > 1 ? 0 : changed.length, to: changed.length };
}

/* Written as if typed, so that Ctrl+Z takes it back; setRangeText where a browser cannot. */
function write(area, from, to, text) {
  area.focus();
  area.setSelectionRange(from, to);
  if (!document.execCommand("insertText", false, text)) {
    area.setRangeText(text, from, to, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function mark(area, name) {
  let { selectionStart: from, selectionEnd: to } = area;
  if (["heading", "list", "quote"].includes(name)) {
    from = area.value.lastIndexOf("\n", from - 1) + 1;
    const end = area.value.indexOf("\n", to);
    to = end < 0 ? area.value.length : end;
  }
  const edge = { bold: "**", italic: "*" }[name] ?? "", before = area.value.slice(0, from), after = area.value.slice(to);
  const isStrong = before.endsWith("**") && !before.endsWith("***");
  if (edge && before.endsWith(edge) && after.startsWith(edge) && !(edge === "*" && isStrong)) {
    const inner = area.value.slice(from, to);
    write(area, from - edge.length, to + edge.length, inner);
    return area.setSelectionRange(from - edge.length, to - edge.length);
  }
  const made = MARKS[name](area.value.slice(from, to));
  write(area, from, to, made.text);
  area.setSelectionRange(from + made.from, from + made.to);
}

function enhanceTools(editor, area) {
  const tools = editor.querySelector("[role=toolbar]"), buttons = [...tools.querySelectorAll("button")];
  buttons[0].tabIndex = 0;
  tools.addEventListener("click", (event) => {
    const button = event.target.closest("[data-mark]");
    if (button) mark(area, button.dataset.mark);
  });
  tools.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key], here = buttons.indexOf(event.target);
    if (!step || here < 0) return;
    event.preventDefault();
    const next = buttons[(here + step + buttons.length) % buttons.length];
    for (const button of buttons) button.tabIndex = button === next ? 0 : -1;
    next.focus();
  });
  area.addEventListener("keydown", (event) => {
    const name = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && { b: "bold", i: "italic" }[event.key.toLowerCase()];
    if (!name) return;
    event.preventDefault();
    mark(area, name);
  });
}

/* Completion: the focus stays in the text, aria-activedescendant names the option. */
function enhanceCompletion(editor, area) {
  const list = editor.querySelector("[role=listbox]"), said = editor.querySelector("output[data-said]"), form = area.form;
  const url = editor.dataset.peopleUrl;
  let start = -1, asked = 0, options = [];
  if (!url) return;
  area.setAttribute("aria-autocomplete", "list");
  area.setAttribute("aria-controls", list.id);
  const close = () => { start = -1; options = []; list.hidden = true; list.replaceChildren(); area.removeAttribute("aria-activedescendant"); said.value = ""; };
  const choose = (place) => {
    [...list.children].forEach((item, index) => item.setAttribute("aria-selected", String(index === place)));
    area.setAttribute("aria-activedescendant", list.children[place].id);
    list.children[place].scrollIntoView({ block: "nearest" });
  };
  const chosen = () => [...list.children].findIndex((item) => item.getAttribute("aria-selected") === "true");
  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const themes = (words) => [...form.querySelectorAll("[name=themes]")]
    .map((box) => ({ value: box.value, text: box.closest("label").innerText.trim(), box }))
    .filter((theme) => fold(theme.text).includes(fold(words))).slice(0, 8);
  async function people(words) {
    const target = new URL(url, location.href);
    target.searchParams.set("q", words);
    const response = await fetch(target, { headers: { Accept: "application/json" } });
    return response.ok ? response.json() : [];
  }
  function show(found) {
    options = found;
    if (!found.length) return close();
    list.replaceChildren(...found.map((option, place) => {
      const item = document.createElement("li"), detail = document.createElement("span");
      Object.assign(item, { id: `${list.id}-${place}`, textContent: option.text });
      item.setAttribute("role", "option");
      if (option.detail) { detail.className = "detail"; detail.textContent = option.detail; item.append(" ", detail); }
      return item;
    }));
    list.hidden = false;
    choose(0);
    said.value = said.dataset.said.replace("{count}", found.length);
  }
  function take(option) {
    const sign = area.value[start];
    write(area, start, area.selectionStart, `${sign}${option.text} `);
    if (option.box) {
      option.box.checked = true;
      const fold = option.box.closest("details");
      if (fold) fold.open = true;
      option.box.dispatchEvent(new Event("change", { bubbles: true }));
    } else {
      const picker = form.elements.contacts?.tomselect;
      picker?.addOption({ value: option.value, text: option.text });
      picker?.addItem(option.value);
    }
    close();
    area.focus();
  }
  area.addEventListener("input", async () => {
    const before = area.value.slice(0, area.selectionStart), found = /(?:^|[\s(])([@#])([\p{L}\d][\p{L}\d'’ -]{0,40}|)$/u.exec(before);
    if (!found || found[2].split(" ").length > 4 || (found[1] === "@" && found[2].trim().length < 2)) return close();
    start = before.length - found[2].length - 1;
    const ours = ++asked, words = found[2].trim();
    try {
      const answer = found[1] === "#" ? themes(words) : await people(words);
      if (ours === asked && start >= 0) show(answer);
    } catch { close(); }
  });
  area.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) choose((chosen() + step + options.length) % options.length);
    else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") take(options[chosen()]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  list.addEventListener("pointerdown", (event) => {
    const item = event.target.closest("[role=option]");
    if (!item) return;
    event.preventDefault();
    take(options[[...list.children].indexOf(item)]);
  });
  area.addEventListener("blur", close);
}

/* What is pasted with a form (from Word, from a page) keeps its paragraphs, lists, bold and links. */
function enhancePasting(area, url) {
  area.addEventListener("paste", async (event) => {
    const html = event.clipboardData?.getData("text/html");
    if (!html) return;
    event.preventDefault();
    const { selectionStart: from, selectionEnd: to } = area;
    let text = event.clipboardData.getData("text/plain");
    try {
      const token = document.querySelector("input[name=csrf_token]").value;
      const answer = await fetch(url, { method: "POST", body: new URLSearchParams({ html }), headers: { "X-CSRFToken": token }, redirect: "error" });
      if (answer.ok) text = await answer.text();
    } catch { /* the words alone, then */ }
    write(area, from, to, text);
  });
}

for (const editor of document.querySelectorAll("[data-editor]")) {
  const area = editor.querySelector("textarea");
  if (editor.dataset.pasteUrl) enhancePasting(area, editor.dataset.pasteUrl);
  enhanceTools(editor, area);
  enhanceCompletion(editor, area);
}
