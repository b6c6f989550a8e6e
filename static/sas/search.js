// Slots arrive by server-sent events and fill their cards in place; by polling where events do not pass.
const POLL_MS = 1500;
const ANNOUNCE_MS = 2000;
const FAILURES_BEFORE_POLLING = 3;

export function startSearch(results) {
  if (reloaded(results)) return;
  // Coming back to this address shows this very search, in the same order.
  history.replaceState(history.state, "", results.dataset.here + location.hash);
  const state = { last: results.dataset.last, shown: Number(results.dataset.followed), source: null, failures: 0 };
  const announce = announcer(results.querySelector("[data-sas-live]"));

  const take = (update) => {
    if (update.last) state.last = update.last;
    heldInPlace(results, () => {
      for (const [nationalId, html] of Object.entries(update.cards ?? {})) fill(cardOf(results, nationalId), html);
      if (update.bar) replaceBar(results.querySelector("[data-sas-bar]"), update.bar);
      write(results, "[data-sas-with-slots]", update.withSlots);
      write(results, "[data-sas-with-slots-count]", update.withSlotsCount);
      finish(results, Boolean(update.done));
    });
    if (update.announcement) announce(update.announcement, Boolean(update.done));
    results.dispatchEvent(new CustomEvent("sas:update", { bubbles: true }));
  };

  const listen = () => {
    state.source?.close();
    state.source = null;
    if (typeof EventSource === "undefined") return poll();
    const source = new EventSource(`${results.dataset.stream}?cartes=${state.shown}&apres=${state.last}`);
    state.source = source;
    source.addEventListener("message", (event) => {
      state.failures = 0;
      take(JSON.parse(event.data));
    });
    source.addEventListener("done", () => {
      source.close();
      heldInPlace(results, () => finish(results, true));
    });
    source.addEventListener("error", () => {
      state.failures += 1;
      if (source.readyState === EventSource.CLOSED || state.failures >= FAILURES_BEFORE_POLLING) {
        source.close();
        setTimeout(poll, POLL_MS);
      }
    });
  };

  const poll = async () => {
    try {
      const answer = await fetch(`${results.dataset.cards}?cartes=${state.shown}&apres=${state.last}`, {
        headers: { Accept: "application/json", "X-SAS-Background": "1" },
      });
      if ([401, 403, 404].includes(answer.status)) return lost(results);
      const update = await answer.json();
      take(update);
      if (update.done) return;
    } catch {
      // The network is away for a moment: what is shown stays true, try again.
    }
    setTimeout(poll, POLL_MS);
  };

  results.addEventListener("click", (event) => more(event, results, state, listen));
  document.querySelector("[data-sas-retry]")?.addEventListener("submit", (event) => retry(event, results, listen));
  holdWhileInUse(results);
  if (!results.hasAttribute("data-done")) listen();
  addEventListener("pagehide", () => state.source?.close());
  addEventListener("pageshow", (event) => {
    if (event.persisted && !results.hasAttribute("data-done")) listen();
  });
}

// Where the mouse is: `:hover` lags behind a page that just scrolled or changed.
let mouse = null;
addEventListener("pointermove", (event) => {
  mouse = event.pointerType === "mouse" ? event : null;
}, { passive: true });
document.documentElement.addEventListener("pointerleave", () => {
  mouse = null;
});

function pointedAt() {
  return (mouse && document.elementFromPoint(mouse.clientX, mouse.clientY)?.closest("[data-sas-card]")) ?? undefined;
}

function finish(results, done) {
  results.toggleAttribute("data-done", done);
  shorten(results);
}

// Once all is known, who has nothing to offer takes one line; but never above what is pointed at or focused,
// which would move under the pointer: those wait until it leaves.
function shorten(results) {
  if (results.dataset.mode !== "slots") return;
  const cards = [...results.querySelectorAll("[data-sas-card]")];
  const pointed = pointedAt();
  const used = cards.findIndex((card) => card === pointed || card.contains(document.activeElement));
  // Near the end of the page a shorter list would scroll what is pointed at: its height stays until it is left.
  const list = results.querySelector("[data-sas-cards]");
  if (list) list.style.minHeight = used < 0 ? "" : `${list.offsetHeight}px`;
  cards.forEach((card, at) => {
    const known = results.hasAttribute("data-done") || card.hasAttribute("data-brief");
    if (at > used) card.toggleAttribute("data-brief", known && card.dataset.state === "none");
  });
}

// Whatever grows elsewhere, the card pointed at, focused or read first stays where it is on the screen.
function heldInPlace(results, change) {
  const cards = [...results.querySelectorAll("[data-sas-card]")];
  const held =
    pointedAt() ??
    cards.find((card) => card.contains(document.activeElement)) ??
    (scrollY > 0 ? cards.find((card) => card.getBoundingClientRect().bottom > 0) : undefined);
  const before = held?.getBoundingClientRect().top;
  change();
  if (held) scrollBy({ top: held.getBoundingClientRect().top - before, behavior: "instant" });
}

// Reloading means "ask again": the address of this search would only show what it already received.
function reloaded(results) {
  const again = results.dataset.again;
  if (!again || performance.getEntriesByType("navigation")[0]?.type !== "reload") return false;
  location.replace(again);
  return true;
}

function cardOf(results, nationalId) {
  return results.querySelector(`[data-sas-card="${CSS.escape(nationalId)}"]`);
}

// Slots somebody is pointing at or has focused never change under him: the news waits until he leaves.
function fill(card, html) {
  const region = card?.querySelector("[data-sas-slots]");
  if (!region) return;
  if (inUse(region)) {
    region.pendingHtml = html;
    return;
  }
  const opened = [...region.querySelectorAll("details")].map((details) => details.open);
  const chosen = region.querySelector("[data-chosen]")?.value;
  delete region.pendingHtml;
  region.innerHTML = html;
  region.querySelectorAll("details").forEach((details, at) => {
    details.open = opened[at] ?? false;
  });
  if (chosen) region.querySelector(`button[value="${CSS.escape(chosen)}"]`)?.setAttribute("data-chosen", "");
  card.dataset.state = region.querySelector("[data-state]")?.dataset.state ?? card.dataset.state;
}

function inUse(region) {
  const shown = region.querySelector(".sas-slot");
  return Boolean(shown) && (region.contains(document.activeElement) || region.matches(":hover"));
}

function holdWhileInUse(results) {
  const release = () => {
    for (const region of results.querySelectorAll("[data-sas-slots]")) {
      if (region.pendingHtml && !inUse(region)) fill(region.closest("[data-sas-card]"), region.pendingHtml);
    }
  };
  results.addEventListener("focusout", () => setTimeout(release));
  results.addEventListener("pointerout", () => setTimeout(release));
  const settle = () => setTimeout(() => heldInPlace(results, () => shorten(results)));
  for (const list of results.querySelectorAll("[data-sas-cards], [data-sas-associations]")) {
    list.addEventListener("pointerleave", settle);
  }
  results.addEventListener("focusout", settle);
}

function replaceBar(bar, html) {
  const focused = bar.contains(document.activeElement) ? document.activeElement : null;
  const editor = focused?.value;
  const open = bar.querySelector("details")?.open;
  bar.innerHTML = html;
  if (open && bar.querySelector("details")) bar.querySelector("details").open = true;
  if (!focused) return;
  const same = editor && bar.querySelector(`button[value="${CSS.escape(editor)}"]`);
  bar.tabIndex = -1;
  (same || bar).focus({ preventScroll: true });
}

function write(results, selector, text) {
  if (text === undefined) return;
  for (const element of results.querySelectorAll(selector)) element.textContent = text;
}

// One sentence at most every two seconds; the last one is never lost.
function announcer(region) {
  let waiting = null;
  let next = "";
  const say = () => {
    region.textContent = next;
  };
  return (sentence, final) => {
    next = sentence;
    if (final) {
      clearTimeout(waiting);
      waiting = setTimeout(say, ANNOUNCE_MS);
    } else if (!waiting) {
      waiting = setTimeout(() => {
        waiting = null;
        say();
      }, ANNOUNCE_MS);
    }
  };
}

async function more(event, results, state, listen) {
  const link = event.target.closest("[data-sas-more]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const from = Number(link.dataset.sasMore);
  const answer = await fetch(`${results.dataset.cards}?depuis=${from}`);
  if (!answer.ok) {
    location.href = link.href;
    return;
  }
  const { html, shown, more: remains } = await answer.json();
  const cards = results.querySelector("[data-sas-cards]");
  cards.insertAdjacentHTML("beforeend", html);
  cards.querySelectorAll("[data-sas-card]")[from]?.focus();
  state.shown = shown;
  const here = new URL(location.href);
  here.searchParams.set("cartes", shown);
  history.replaceState(history.state, "", here);
  link.dataset.sasMore = shown;
  if (!remains) link.closest("[data-sas-more-block]").remove();
  results.dispatchEvent(new CustomEvent("sas:more", { bubbles: true }));
  if (!results.hasAttribute("data-done")) listen();
}

async function retry(event, results, listen) {
  event.preventDefault();
  const data = new FormData(event.target, event.submitter);
  event.submitter.textContent = "Nouvel essai…";
  const answer = await fetch(event.target.action, {
    method: "POST",
    body: data,
    headers: { Accept: "application/json" },
  });
  if (!answer.ok) return lost(results);
  heldInPlace(results, () => finish(results, false));
  listen();
}

function lost(results) {
  const bar = results.querySelector("[data-sas-bar]");
  bar.innerHTML =
    '<p class="sas-bar__failure"><span class="fr-icon-warning-line" aria-hidden="true"></span> ' +
    "La recherche a expiré ou votre session est terminée : rechargez la page pour la relancer.</p>";
}
