"use strict";
/* Drafts: on the server; on this device only while the network is gone, then sent and cleared. */
const SUBMITTED = "draft-submitted", KEPT_DAYS = 30;
const draftKey = (url) => `draft:${document.body.dataset.person ?? ""}:${url}`;
const keptDraft = (key) => { try { return JSON.parse(storage("localStorage")?.getItem(key)); } catch { return null; } };
const keepOnDevice = (key, entries) => { try { storage("localStorage").setItem(key, JSON.stringify({ at: Date.now(), entries })); return true; } catch { return false; } };

function keepDraft(form) {
  const url = form.dataset.draftUrl;
  if (!url || form.matches("[data-drafting]")) return;
  form.dataset.drafting = "true";
  const key = draftKey(url), safe = storage("localStorage"), memory = storage("sessionStorage"), state = form.querySelector("[data-draft-state]");
  const entries = () => [...new FormData(form)].filter(([name, value]) => name !== "csrf_token" && typeof value === "string");
  const contents = () => JSON.stringify(entries());
  const say = (text) => { if (state && state.value !== text) state.value = text; };
  const token = () => form.querySelector("[name=csrf_token]")?.value ?? "";
  const restore = (entries) => {
    for (const control of form.elements) {
      const values = entries.filter(([name]) => name === control.name).map(([, value]) => value);
      if (!control.name || control.name === "csrf_token" || control.type === "file") continue;
      if (control.type === "checkbox" || control.type === "radio") control.checked = values.includes(control.value);
      else if (control.multiple) {
        for (const value of values) if (![...control.options].some((option) => option.value === value)) control.add(new Option(value.replace(/^new:/, ""), value));
        for (const option of control.options) option.selected = values.includes(option.value);
        control.tomselect?.sync();
      } else if (values.length) control.value = values[0];
    }
  };
  const kept = keptDraft(key), isAnswer = document.body.dataset.method === "POST";
  let sent = isAnswer ? "" : contents(), busy = false, leaving = false;
  if (kept && memory?.getItem(SUBMITTED) === key && isAnswer) safe.removeItem(key);
  else if (kept) { restore(kept.entries); say(phrases.draftRestored); setTimeout(save); }
  async function save() {
    const now = contents();
    if (busy || leaving || now === sent) return;
    busy = true;
    try {
      const response = await fetch(url, { method: "POST", body: new FormData(form), headers: { "X-CSRFToken": token() }, keepalive: now.length < 60000, redirect: "manual" });
      if (!response.ok) throw response;
      sent = now;
      safe?.removeItem(key);
      say(fill(phrases.draftSaved, { time: new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" }).format(new Date()) }));
    } catch (problem) {
      if (!keepOnDevice(key, JSON.parse(now))) return;
      say([0, 401, 403].includes(problem.status) ? phrases.draftRefused : phrases.draftKept);
    } finally { busy = false; }
  }
  setInterval(save, 5000);
  form.addEventListener("focusout", save);
  window.addEventListener("online", save);
  document.addEventListener("visibilitychange", () => { if (document.hidden) save(); });
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    keepOnDevice(key, entries());
    if (!navigator.onLine) { event.preventDefault(); return say(phrases.draftOffline); }
    leaving = true;
    memory?.setItem(SUBMITTED, key);
  });
  window.addEventListener("pageshow", () => { leaving = false; });
}

const isDrafted = (key) => [...document.querySelectorAll("[data-draft-url]")].some((form) => draftKey(form.dataset.draftUrl) === key);
function forgetSubmittedDraft() {
  const memory = storage("sessionStorage"), key = memory?.getItem(SUBMITTED);
  if (!key) return;
  if (!isDrafted(key)) storage("localStorage")?.removeItem(key);
  memory.removeItem(SUBMITTED);
}

/* What another page left on this device goes to the server as soon as it can. */
async function sendKeptDrafts() {
  const safe = storage("localStorage"), mine = draftKey("");
  const headers = JSON.parse(document.body.getAttribute("hx-headers:inherited") ?? "{}");
  if (!safe || !document.body.dataset.person || !navigator.onLine) return;
  for (const key of Object.keys(safe).filter((each) => each.startsWith("draft:"))) {
    const kept = keptDraft(key);
    if (!kept || Date.now() - kept.at > KEPT_DAYS * 86400000) { safe.removeItem(key); continue; }
    if (!key.startsWith(mine) || isDrafted(key)) continue;
    const sent = new FormData();
    for (const [name, value] of kept.entries) sent.append(name, value);
    try {
      const response = await fetch(key.slice(mine.length), { method: "POST", body: sent, headers, redirect: "manual" });
      if (response.ok) safe.removeItem(key);
    } catch { return; }
  }
}
