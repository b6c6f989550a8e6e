// Parts of a page that are still filling in: asked again until they say that they are final. Those that live for good
// say how often (data-sas-every, in seconds), and wait while somebody is about to press one of their buttons.
for (const part of document.querySelectorAll("[data-sas-poll]")) later(part);

function later(part) {
  if (!part.querySelector("[data-final]")) setTimeout(refresh, Number(part.dataset.sasEvery ?? 1) * 1000, part);
}

// Untouched while it says the same, so that nothing is read aloud or moved for nothing.
async function refresh(part) {
  if (part.dataset.sasEvery && (document.hidden || part.contains(document.activeElement))) {
    later(part);
    return;
  }
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
  later(part);
}
