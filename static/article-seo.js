// Beside the text: a picture of the search result, and what search engines look at, while one types.
(() => {
  "use strict";
  const WORDS_A_MINUTE = 200;
  const TITLE_SHOWN = 60;
  const DESCRIPTION_SHOWN = 155;
  const form = document.getElementById("article-form");
  const panel = document.getElementById("article-panel");
  const numbers = new Intl.NumberFormat(document.documentElement.lang);
  const keyword = form.dataset.keyword;

  const plain = (text) => text.normalize("NFC").toLowerCase().replace(/\s+/g, " ").trim();
  // The keyword as words of its own: tones count, and "an" does not stand in "bán".
  const escaped = plain(keyword).replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const wanted = new RegExp(`(?<![\\p{L}\\p{M}\\p{N}])${escaped}(?![\\p{L}\\p{M}\\p{N}])`, "u");
  const has = (text) => wanted.test(plain(text));
  const shortened = (text, most) => {
    const letters = [...text.trim()];
    return letters.length > most ? `${letters.slice(0, most - 1).join("").trimEnd()}…` : text.trim();
  };

  // A document that is never shown: nothing in it is loaded or run.
  const parsed = (html) => new DOMParser().parseFromString(html, "text/html").body;

  const show = (name, text) => {
    for (const place of document.querySelectorAll(`[data-show="${name}"]`)) place.textContent = text;
  };
  const counted = (name, count) => {
    const place = panel.querySelector(`[data-count="${name}"]`);
    place.textContent = (count === 1 ? place.dataset.one : place.dataset.many).replace(
      "{n}", numbers.format(count));
    place.classList.toggle("bad", name === "alts" && count > 0);
  };
  const check = (name, passed) => {
    const place = panel.querySelector(`[data-check="${name}"]`);
    if (!place) return;
    place.querySelector(".check-yes").hidden = !passed;
    place.querySelector(".check-no").hidden = passed;
  };

  const snippet = () => {
    const { title, slug, metaTitle, metaDescription, websiteId } = form.elements;
    const site = websiteId.selectedOptions[0];
    const address = site?.dataset.url || "https://example.com";
    document.querySelector("article h1").textContent = title.value;
    show("snippet-site", new URL(address).hostname);
    show("snippet-slug", slug.value);
    show("snippet-title", shortened(metaTitle.value || title.value, TITLE_SHOWN));
    show("snippet-text", shortened(metaDescription.value, DESCRIPTION_SHOWN));
  };

  const checks = () => {
    const html = form.elements.content.value;
    const text = parsed(html);
    const texts = (selector) => [...text.querySelectorAll(selector)].map((one) => one.textContent);
    // As the server counts them: every tag parts words.
    const words = parsed(html.replace(/<[^<>]*>/g, " ")).textContent.split(/\s+/)
      .filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
    counted("words", words);
    counted("minutes", Math.max(1, Math.round(words / WORDS_A_MINUTE)));
    counted("alts", text.querySelectorAll("img:not([alt]), img[alt='']").length);
    check("title", has(form.elements.title.value));
    check("first", has(texts("p").find((paragraph) => paragraph.trim()) || ""));
    check("heading", texts("h2, h3, h4").some(has));
  };

  const refresh = () => {
    snippet();
    checks();
  };
  for (const hidden of panel.querySelectorAll("[data-with-scripts]")) hidden.hidden = false;
  form.addEventListener("input", refresh);
  refresh();
})();
