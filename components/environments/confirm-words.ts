import type { ConfirmWords } from "#components/ui/confirm-dialog.tsx";

/** What the sheet before *stop* says. */
export function stopWords(name: string): ConfirmWords {
  return {
    title: `Stop ${name}?`,
    changes: ["Its containers end and its URL shows a page that says so.", "Variables, releases and the image stay."],
    undo: "Start it again at any time: the same release comes back, nothing is built.",
    confirm: `Stop ${name}`,
    variant: "primary",
  };
}

/** What the sheet before *destroy* says. */
export function destroyWords(name: string): ConfirmWords {
  return {
    title: `Destroy ${name}?`,
    changes: [
      "Its containers, its route and its URL are removed.",
      "Variables and secrets set for this environment alone are deleted.",
      "The branch or tag in Git stays as it is.",
    ],
    undo: "It can be made again from its branch or tag. Its own variables have to be set again.",
    confirm: `Destroy ${name}`,
    variant: "danger",
  };
}

/** What the sheet before *cancel* says. */
export function cancelWords(name: string): ConfirmWords {
  return {
    title: "Cancel this deployment?",
    changes: ["A build that is running ends now.", `What answers at the URL of ${name} goes on answering.`],
    undo: "Redeploy: steps that were finished come from the cache.",
    confirm: "Cancel the deployment",
    variant: "danger",
  };
}
