// Saving without leaving the page: by itself and by the button; what others changed is not overwritten.
(() => {
  "use strict";
  const QUIET_MS = 2500;
  const LONGEST_MS = 20000;
  const RETRY_MS = 15000;
  const form = document.getElementById("article-form");
  const state = document.getElementById("save-state");
  const notice = document.getElementById("conflict");
  const { saveUrl, ...words } = form.dataset;
  const clock = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "short" });

  const typed = () => {
    form.dispatchEvent(new Event("article:collect"));
    const data = new FormData(form);
    for (const name of ["csrfmiddlewaretoken", "revision", "keep"]) data.delete(name);
    return data;
  };
  const written = (data) => JSON.stringify([...data.entries()]);
  let stored = written(typed());
  let saving = null;
  let timer = 0;
  let changedAt = 0;
  let leaving = false;

  const isDirty = () => written(typed()) !== stored;
  const conflict = () => notice.hasChildNodes();
  const say = (text, level = "") => {
    state.textContent = text;
    state.dataset.level = level;
  };

  const describe = (field, error = "") => {
    const help = field.closest(".field").querySelector(".field-help[id]")?.id || "";
    const ids = `${help} ${error}`.trim();
    if (ids) field.setAttribute("aria-describedby", ids);
    else field.removeAttribute("aria-describedby");
  };
  const showErrors = (errors) => {
    for (const list of form.querySelectorAll(".errorlist")) list.remove();
    for (const field of form.querySelectorAll("[aria-invalid]")) {
      field.removeAttribute("aria-invalid");
      describe(field);
      field.closest(".field").classList.remove("field-wrong");
    }
    for (const [name, sentences] of Object.entries(errors)) {
      const field = form.elements[name];
      const list = document.createElement("ul");
      list.className = "errorlist";
      list.id = `id_${name}_error`;
      list.append(...sentences.map((sentence) => {
        const item = document.createElement("li");
        item.textContent = sentence;
        return item;
      }));
      field.setAttribute("aria-invalid", "true");
      describe(field, list.id);
      field.closest(".field").classList.add("field-wrong");
      field.closest(".field").append(list);
    }
  };

  const showConflict = (html) => {
    notice.innerHTML = html;
    for (const time of notice.querySelectorAll("time")) {
      time.textContent = clock.format(new Date(time.dateTime));
    }
    say(words.conflictText, "bad");
    notice.querySelector(".conflict").focus();
  };

  const send = async (data, revision, byItself) => {
    const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
    const token = cookie ? cookie[1] : form.elements.csrfmiddlewaretoken.value;
    const body = new FormData();
    for (const [name, value] of data) body.append(name, value);
    body.append("revision", revision);
    if (byItself) body.append("autosave", "1");
    const headers = { "HX-Request": "true", "X-CSRFToken": token };
    const answer = await fetch(saveUrl, { method: "POST", body, headers });
    if (answer.status === 401) throw new Error(document.body.dataset.signedOutText);
    if (answer.status === 404) throw new Error(words.goneText);
    if (!answer.ok) throw new Error(words.failedText);
    return answer.json();
  };

  const save = async ({ byItself = false, keep = "" } = {}) => {
    clearTimeout(timer);
    timer = 0;
    changedAt = 0;
    while (saving) await saving.catch(() => undefined);
    const data = typed();
    if (byItself && written(data) === stored) return;
    say(words.savingText);
    try {
      saving = send(data, keep || form.elements.revision.value, byItself);
      const answer = await saving;
      showErrors(answer.errors || {});
      if (answer.state === "conflict") return showConflict(answer.notice);
      if (answer.state === "invalid") return invalid(byItself);
      stored = written(data);
      form.elements.revision.value = answer.revision;
      notice.replaceChildren();
      say(words.savedText.replace("{time}", clock.format(new Date(answer.savedAt))), "good");
      document.dispatchEvent(new Event("article:saved"));
      if (isDirty()) changed();
    } catch (error) {
      say(error instanceof TypeError ? words.failedText : error.message, "bad");
      if (error.message !== words.goneText) {
        timer = setTimeout(() => save({ byItself: true }), RETRY_MS);
      }
    } finally {
      saving = null;
    }
  };

  const invalid = (byItself) => {
    say(words.invalidText, "bad");
    if (!byItself) form.querySelector("[aria-invalid]")?.focus();
  };

  // Soon after the last change, and now and then while one keeps typing.
  const changed = () => {
    if (!isDirty()) return;
    if (conflict()) return;
    changedAt = changedAt || Date.now();
    clearTimeout(timer);
    const wait = Math.min(QUIET_MS, Math.max(changedAt + LONGEST_MS - Date.now(), 0));
    timer = setTimeout(() => save({ byItself: true }), wait);
    say(words.unsavedText);
  };

  form.addEventListener("input", changed);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save(event.submitter?.name === "keep" ? { keep: event.submitter.value } : {});
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "s") {
      event.preventDefault();
      save();
    }
  });
  notice.addEventListener("click", (event) => {
    if (event.target.closest("[data-take]")) leaving = true;
  });
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && isDirty()) event.preventDefault();
  });
  form.articleSaved = async () => {
    if (isDirty()) await save();
    return !isDirty();
  };
})();
