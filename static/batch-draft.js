// The dialog "Write in bulk": what was typed survives a reload, a lost session, a failed server.
// It is kept in this browser under the user's id, until the job is made.
(() => {
  "use strict";
  const dialog = document.getElementById("batch-write");
  const PAUSE_MS = 300;
  const LEFT_OUT = ["csrfmiddlewaretoken", "reviewed", "step", "preset", "presetName"];
  const form = () => document.getElementById("batch-form");
  const KEY = `batch-draft:${form().dataset.user}`;
  let timer = 0;
  let restored = false;
  let sent = false;

  const typed = () =>
    [...new FormData(form())].filter(([name, value]) => typeof value === "string" && !LEFT_OUT.includes(name));
  const without = (pairs, ...names) => pairs.filter(([name]) => !names.includes(name));
  const value = (pairs, name) => pairs.find((pair) => pair[0] === name)?.[1] ?? "";
  const same = (pairs) => JSON.stringify(without(pairs, "submission"));
  const fresh = same(typed());

  const write = (pairs) => {
    try {
      localStorage.setItem(KEY, JSON.stringify(pairs));
    } catch {
      // A full or forbidden store: the page itself still holds everything.
    }
  };
  const forget = () => localStorage.removeItem(KEY);
  const save = () => {
    clearTimeout(timer);
    if (sent) return;
    const pairs = typed();
    if (same(pairs) === fresh) forget();
    else write(pairs);
  };
  const read = () => {
    try {
      return JSON.parse(localStorage.getItem(KEY)) ?? [];
    } catch {
      return [];
    }
  };

  const fill = (pairs) => {
    const waiting = new Map();
    for (const [name, text] of pairs) waiting.set(name, [...(waiting.get(name) ?? []), text]);
    for (const field of form().elements) {
      if (!field.name || LEFT_OUT.includes(field.name) || ["file", "submit", "button"].includes(field.type)) continue;
      if (field.type === "checkbox") field.checked = waiting.has(field.name);
      else if (field.tagName === "SELECT" && ![...field.options].some((o) => !o.disabled && o.value === waiting.get(field.name)?.[0])) continue;
      else if (waiting.get(field.name)?.length) field.value = waiting.get(field.name).shift();
    }
  };
  const tell = () => { document.getElementById("draft-note").hidden = !restored; };
  const restore = () => {
    const pairs = read();
    if (!pairs.length || form().hasAttribute("data-prefilled")) return;
    // The page was left after the job was asked for, and before its answer came.
    if (value(pairs, "submission") && value(pairs, "submission") === form().dataset.used) return forget();
    fill(pairs);
    restored = true;
    tell();
    form().dispatchEvent(new Event("input", { bubbles: true }));
    // Imported rows and what waits for later are shown by the server.
    if (!value(pairs, "table") && !value(pairs, "later")) return;
    const values = Object.fromEntries(without(pairs, "column"));
    values.column = pairs.filter(([name]) => name === "column").map((pair) => pair[1]);
    htmx.ajax("POST", form().dataset.change, { source: form(), target: "#batch-form", swap: "outerHTML", values });
  };
  // What waits for later becomes the list of the next job.
  const keepTheRest = () => {
    const pairs = typed();
    const later = value(pairs, "later");
    if (!later) return forget();
    const list = value(pairs, "table") ? "table" : "keywords";
    write([...without(pairs, "submission", "later", list), [list, later]]);
  };

  dialog.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE_MS);
  });
  dialog.addEventListener("click", (event) => {
    if (event.target.id !== "draft-discard") return;
    forget();
    restored = false;
    htmx.ajax("GET", form().dataset.change, { target: "#batch-form", swap: "outerHTML" });
  });
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    if (!event.detail.xhr.getResponseHeader("HX-Redirect")) return;
    keepTheRest();
    sent = true;
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target.id !== "batch-form" && event.detail.elt.id !== "batch-form") return;
    tell();
    save();
  });
  window.addEventListener("pagehide", save);
  window.addEventListener("pageshow", (event) => { if (event.persisted) sent = false; });
  restore();
})();
