// Parts of a page that are still filling in: asked again until they say that they are final.
const EVERY_MS = 1000;

for (const part of document.querySelectorAll("[data-sas-poll]")) {
  if (!part.querySelector("[data-final]")) setTimeout(refresh, EVERY_MS, part);
}

// Untouched while it says the same, so that nothing is read aloud or moved for nothing.
async function refresh(part) {
  try {
    const answer = await fetch(part.dataset.sasPoll, { headers: { Accept: "text/html", "X-SAS-Background": "1" } });
    if ([401, 403, 404, 422].includes(answer.status)) return;
    const fragment = answer.ok ? await answer.text() : part.lastFragment;
    if (fragment !== undefined && fragment !== part.lastFragment) {
      part.lastFragment = fragment;
      part.innerHTML = fragment;
    }
  } catch {
    // The network is away for a moment: what is shown stays true.
  }
  if (!part.querySelector("[data-final]")) setTimeout(refresh, EVERY_MS, part);
}
