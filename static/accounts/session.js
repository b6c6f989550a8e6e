// Announces the end of the session two minutes ahead, and lets the person stay.
// Hook: an element with data-sas-session-url. The page works without this module: it only warns.

const WARN_SECONDS = 120;
const LONGEST_WAIT_SECONDS = 600; // a computer that slept must not miss the end by hours
const address = document.querySelector("[data-sas-session-url]")?.dataset.sasSessionUrl;
let timer;
let dialog;
let returnFocusTo;
let toldOfTheEnd = false;

function csrfToken() {
  const cookie = document.cookie.split("; ").find((part) => part.startsWith("sas_csrf="));
  return cookie ? cookie.slice("sas_csrf=".length) : (document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "");
}

async function ask(method) {
  const headers = { Accept: "application/json" };
  if (method === "POST") {
    headers["X-CSRFToken"] = csrfToken();
  } else {
    headers["X-SAS-Background"] = "1";
  }
  return fetch(address, { method, headers, credentials: "same-origin", cache: "no-store" });
}

function build() {
  dialog = document.createElement("dialog");
  dialog.className = "sas-session fr-p-4w";
  dialog.setAttribute("aria-labelledby", "sas-session-title");
  dialog.setAttribute("aria-describedby", "sas-session-text");
  const title = document.createElement("h2");
  title.id = "sas-session-title";
  title.className = "fr-h4";
  const text = document.createElement("p");
  text.id = "sas-session-text";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "fr-btn";
  dialog.append(title, text, button);
  dialog.addEventListener("close", () => returnFocusTo?.focus?.());
  document.body.append(dialog);
}

function show(titleText, bodyText, buttonText, action) {
  if (!dialog) {
    build();
  }
  dialog.querySelector("h2").textContent = titleText;
  dialog.querySelector("p").textContent = bodyText;
  const button = dialog.querySelector("button");
  button.textContent = buttonText;
  button.onclick = action;
  button.hidden = action === null;
  if (!dialog.open) {
    returnFocusTo = document.activeElement;
    dialog.showModal();
  }
}

function minutes(seconds) {
  const whole = Math.ceil(seconds / 60);
  return whole > 1 ? `moins de ${whole} minutes` : "moins d’une minute";
}

function warn({ idle, absolute }) {
  if (absolute <= idle) {
    if (toldOfTheEnd) {
      return; // nothing can be done about it: say it once
    }
    toldOfTheEnd = true;
    const text = `Elle se ferme dans ${minutes(absolute)}, quatre heures après la connexion. Terminez ce qui est en cours.`;
    show("Votre session arrive à son terme", text, "J’ai compris", () => dialog.close());
    return;
  }
  const text = `Sans action de votre part, elle se ferme dans ${minutes(idle)}.`;
  show("Votre session va expirer", text, "Rester connecté", extend);
}

function over() {
  const here = `${window.location.pathname}${window.location.search}`;
  show("Votre session est terminée", "Reconnectez-vous pour revenir à cette page.", "Me reconnecter", () => {
    window.location.assign(`/connexion/?next=${encodeURIComponent(here)}`);
  });
}

async function extend() {
  const answer = await ask("POST").catch(() => null);
  if (answer?.ok) {
    dialog.close();
  }
  await look();
}

function lookAgainIn(seconds) {
  clearTimeout(timer);
  timer = setTimeout(look, Math.max(1, Math.min(seconds, LONGEST_WAIT_SECONDS)) * 1000);
}

async function look() {
  const answer = await ask("GET").catch(() => null);
  if (answer === null || answer.status >= 500) {
    lookAgainIn(30); // no network is no expiry
    return;
  }
  if (answer.status === 401) {
    over();
    return;
  }
  if (!answer.ok) {
    return;
  }
  const left = await answer.json();
  const idle = left.idle_seconds_left;
  const absolute = left.absolute_seconds_left;
  const soonest = Math.min(idle, absolute);
  if (soonest <= WARN_SECONDS) {
    warn({ idle, absolute });
    lookAgainIn(Math.min(soonest + 1, 30));
    return;
  }
  if (dialog?.open) {
    dialog.close(); // another tab asked to stay
  }
  lookAgainIn(soonest - WARN_SECONDS);
}

if (address) {
  look();
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) {
      look();
    }
  });
}
